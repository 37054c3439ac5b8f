package dev.pointsman.catalog;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The keys whose new value a running process cannot take up. */
public final class RestartKeys {

  private RestartKeys() {}

  /**
   * The names of keys that differ and need a restart, such as {@code gateway.bind_address}; empty
   * when the new catalog can take effect as a whole.
   */
  public static List<String> changed(FunctionCatalog before, FunctionCatalog after) {
    List<String> changed = new ArrayList<>();
    GatewaySettings gateway = before.gateway();
    GatewaySettings newGateway = after.gateway();
    add(
        changed,
        "gateway.bind_address",
        gateway.host() + " " + gateway.port(),
        newGateway.host() + " " + newGateway.port());
    add(changed, "gateway.base_path", gateway.basePath(), newGateway.basePath());
    add(changed, "gateway.allow_open_bind", gateway.allowOpenBind(), newGateway.allowOpenBind());
    StoreSettings store = before.store();
    StoreSettings newStore = after.store();
    add(changed, "store.events", store.events(), newStore.events());
    add(changed, "store.control", store.control(), newStore.control());
    add(changed, "store.data_directory", store.dataDirectory(), newStore.dataDirectory());
    add(changed, "store.durability", store.durability(), newStore.durability());
    add(changed, "store.spool_max_bytes", store.spoolMaxBytes(), newStore.spoolMaxBytes());
    add(changed, "store.when_spool_full", store.whenSpoolFull(), newStore.whenSpoolFull());
    add(changed, "store.rollup_tags", store.rollupTags(), newStore.rollupTags());
    add(
        changed,
        "store.retention_days",
        forEver(store.retention().days()),
        forEver(newStore.retention().days()));
    add(
        changed,
        "store.payload_retention_days",
        forEver(store.retention().payloadDays()),
        forEver(newStore.retention().payloadDays()));
    add(changed, "store.cluster", store.cluster(), newStore.cluster());
    return changed;
  }

  private static int forEver(@Nullable Integer days) {
    return days == null ? Integer.MAX_VALUE : days;
  }

  private static void add(List<String> changed, String key, Object before, Object after) {
    if (!before.equals(after)) {
      changed.add(key);
    }
  }
}
