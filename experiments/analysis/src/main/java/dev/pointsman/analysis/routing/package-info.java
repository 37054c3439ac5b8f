/** The measures by which the field compares LLM routers. */
@org.jspecify.annotations.NullMarked
package dev.pointsman.analysis.routing;
