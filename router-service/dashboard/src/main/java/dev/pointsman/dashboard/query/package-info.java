/** TensorZero's inference queries: requests read, asked of the store, answered in its shape. */
@org.jspecify.annotations.NullMarked
package dev.pointsman.dashboard.query;
