/** Charts drawn as SVG text by the server: geometry in attributes, colour in classes, no script. */
@org.jspecify.annotations.NullMarked
package dev.pointsman.dashboard.chart;
