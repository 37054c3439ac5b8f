/** Who is calling and what they may. */
@org.jspecify.annotations.NullMarked
package dev.pointsman.access;
