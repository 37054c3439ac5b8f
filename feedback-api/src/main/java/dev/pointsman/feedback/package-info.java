/** What applications say about answers: checks and intake. */
@org.jspecify.annotations.NullMarked
package dev.pointsman.feedback;
