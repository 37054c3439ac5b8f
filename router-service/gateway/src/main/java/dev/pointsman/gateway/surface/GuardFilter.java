package dev.pointsman.gateway.surface;

import dev.pointsman.gateway.snapshot.ActiveSnapshot;
import io.micronaut.context.annotation.Requires;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.annotation.Filter;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ServerFilter;
import org.jspecify.annotations.Nullable;

/** Asks the {@link OriginGuard} about every request, whatever its route. */
@Requires(beans = ActiveSnapshot.class)
@ServerFilter(Filter.MATCH_ALL_PATTERN)
final class GuardFilter {

  private final OriginGuard guard;
  private final ErrorBodies errors;

  GuardFilter(ActiveSnapshot snapshots, ErrorBodies errors) {
    this.guard = new OriginGuard(snapshots.current().catalog().gateway().host());
    this.errors = errors;
  }

  @RequestFilter
  @Nullable HttpResponse<?> check(HttpRequest<?> request) {
    HttpHeaders headers = request.getHeaders();
    String objection =
        guard.objection(headers.get("host"), headers.get("origin"), headers.get("sec-fetch-site"));
    return objection == null
        ? null
        : errors.answer(request, 403, "Forbidden", "permission_error", "foreign_origin", objection);
  }
}
