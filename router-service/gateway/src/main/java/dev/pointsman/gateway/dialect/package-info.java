/** How answers and refusals look on the wire, per protocol. */
@org.jspecify.annotations.NullMarked
package dev.pointsman.gateway.dialect;
