/** What people and the trainer decided: generations, salt, datasets, audit. */
@org.jspecify.annotations.NullMarked
package dev.pointsman.control;
