package dev.pointsman.chat.json;

import java.io.IOException;

/** Bytes that are not one JSON value; the message says where and why. */
public final class MalformedJsonException extends IOException {

  private static final long serialVersionUID = 1L;

  MalformedJsonException(String message) {
    super(message);
  }
}
