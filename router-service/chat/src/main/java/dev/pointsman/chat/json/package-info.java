/** JSON as trees: one parser for request and response bodies, and a reader that names what is wrong. */
@org.jspecify.annotations.NullMarked
package dev.pointsman.chat.json;
