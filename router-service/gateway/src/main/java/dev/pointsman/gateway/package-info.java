/** The request path: surfaces, pipeline, attempts, upstream, providers. */
@org.jspecify.annotations.NullMarked
package dev.pointsman.gateway;
