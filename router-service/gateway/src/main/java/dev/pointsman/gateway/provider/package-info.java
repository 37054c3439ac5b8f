/** Models at their providers: what an attempt sends, what comes back, and how it can fail. */
@org.jspecify.annotations.NullMarked
package dev.pointsman.gateway.provider;
