/** Pages and charts, and the same figures under /api. */
@org.jspecify.annotations.NullMarked
package dev.pointsman.dashboard;
