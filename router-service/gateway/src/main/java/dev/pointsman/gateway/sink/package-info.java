/**
 * The caller's end of the request path: {@link dev.pointsman.gateway.sink.Answers} starts a request
 * thread, {@link dev.pointsman.gateway.sink.AnswerSink} takes its answer. With {@code
 * dev.pointsman.gateway.upstream} the only code that knows Netty.
 */
@org.jspecify.annotations.NullMarked
package dev.pointsman.gateway.sink;
