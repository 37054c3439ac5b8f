/** What people and the trainer decided: generations, salt, audit. */
@org.jspecify.annotations.NullMarked
package dev.pointsman.control;
