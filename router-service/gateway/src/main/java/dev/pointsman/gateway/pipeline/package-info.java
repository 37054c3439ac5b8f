/** What happens to an inference request, from admission to its line in the log. */
@org.jspecify.annotations.NullMarked
package dev.pointsman.gateway.pipeline;
