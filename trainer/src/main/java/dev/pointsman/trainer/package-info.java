/** Joins feedback to decisions and publishes revisions. */
@org.jspecify.annotations.NullMarked
package dev.pointsman.trainer;
