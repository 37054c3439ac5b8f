package dev.pointsman.gateway.surface;

import java.net.URI;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Keeps web pages of other sites away. A browser sends requests to any address, so a router on
 * loopback is open to every page that its user visits, and to names that an attacker's DNS points
 * here; Host and Origin tell them apart from local programs.
 */
final class OriginGuard {

  private static final Pattern LOOPBACK_V4 = Pattern.compile("127(\\.\\d{1,3}){3}");

  private final String boundHost;
  private final boolean loopback;

  OriginGuard(String boundHost) {
    this.boundHost = bare(boundHost);
    this.loopback = isLoopback(this.boundHost);
  }

  /**
   * Why a request must not be answered.
   *
   * @param fetchSite the header {@code Sec-Fetch-Site}
   * @return null when it may
   */
  @Nullable String objection(
      @Nullable String host, @Nullable String origin, @Nullable String fetchSite) {
    String asked = host == null ? "" : withoutPort(host);
    if (loopback && host != null && !isLoopback(asked) && !asked.equals(boundHost)) {
      return "the Host header must name this machine (127.0.0.1 or localhost), not %s"
          .formatted(shortened(asked));
    }
    if (origin != null && !mayAsk(originHost(origin), asked)) {
      return "pages of %s may not use this router".formatted(shortened(origin));
    }
    if (origin == null && "cross-site".equals(fetchSite)) {
      return "pages of other sites may not use this router";
    }
    return null;
  }

  private boolean mayAsk(@Nullable String page, String asked) {
    return page != null && (page.equals(asked) || (loopback && isLoopback(page)));
  }

  private static @Nullable String originHost(String origin) {
    try {
      String host = URI.create(origin).getHost();
      return host == null ? null : bare(host);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static boolean isLoopback(String host) {
    return host.equals("127.0.0.1")
        || host.equals("localhost")
        || host.endsWith(".localhost")
        || host.equals("::1")
        || LOOPBACK_V4.matcher(host).matches();
  }

  private static String withoutPort(String host) {
    if (host.startsWith("[")) {
      int end = host.indexOf(']');
      return bare(end < 0 ? host : host.substring(0, end + 1));
    }
    int colon = host.indexOf(':');
    return bare(colon < 0 ? host : host.substring(0, colon));
  }

  private static String bare(String host) {
    String lower = host.toLowerCase(Locale.ROOT);
    return lower.startsWith("[") && lower.endsWith("]")
        ? lower.substring(1, lower.length() - 1)
        : lower;
  }

  private static String shortened(String text) {
    return text.length() <= 100 ? text : text.substring(0, 100) + "…";
  }
}
