/** What is asked of a function and what it answers, in TensorZero's shape, belonging to no protocol. */
@org.jspecify.annotations.NullMarked
package dev.pointsman.chat;
