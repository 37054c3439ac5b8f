/** Recorded outcomes and worlds through the real decision and trainer code in virtual time. */
@org.jspecify.annotations.NullMarked
package dev.pointsman.replay;
