/** Off-policy estimates from logged decisions, their errors, and whether a verdict may rest on them. */
@org.jspecify.annotations.NullMarked
package dev.pointsman.analysis.offpolicy;
