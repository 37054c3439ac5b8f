/** The {@code openai} provider: OpenAI's chat completions, and everything shaped like them. */
@org.jspecify.annotations.NullMarked
package dev.pointsman.gateway.provider.openai;
