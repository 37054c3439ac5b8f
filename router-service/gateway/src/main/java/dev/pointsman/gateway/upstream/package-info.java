/**
 * The model's end of the request path: {@link dev.pointsman.gateway.upstream.Upstreams} opens an
 * exchange, {@link dev.pointsman.gateway.upstream.UpstreamExchange} yields head and chunks. With
 * {@code dev.pointsman.gateway.sink} the only code that knows Netty.
 */
@org.jspecify.annotations.NullMarked
package dev.pointsman.gateway.upstream;
