package dev.pointsman.gateway.sink;

import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * The event loop of the request being answered, bound while a request thread runs. Exchanges opened
 * on that thread use the same loop, so that a request stays on one core; on any other thread there
 * is none, and the exchange takes a loop of the default group. Not an argument, because between the
 * two ends nobody has a use for it.
 */
public final class RequestLoop {

  static final ScopedValue<EventLoop> CURRENT = ScopedValue.newInstance();

  private RequestLoop() {}

  /** The loop of the current request, null outside a request thread. */
  public static @Nullable EventLoop current() {
    return CURRENT.isBound() ? CURRENT.get() : null;
  }
}
