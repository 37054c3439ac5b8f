/** TensorZero's datasets: requests read, datapoints checked against their function and kept. */
@org.jspecify.annotations.NullMarked
package dev.pointsman.dashboard.datasets;
