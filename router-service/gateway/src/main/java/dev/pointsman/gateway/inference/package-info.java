/** What is asked and what is answered, in a form that belongs to no protocol. */
@org.jspecify.annotations.NullMarked
package dev.pointsman.gateway.inference;
