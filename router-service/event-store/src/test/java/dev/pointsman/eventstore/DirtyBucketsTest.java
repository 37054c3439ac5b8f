package dev.pointsman.eventstore;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class DirtyBucketsTest {

  @Test
  void parts_moreDecisionsThanFit_followEachOther() {
    DirtyBuckets buckets = new DirtyBuckets(Grain.MINUTE, List.of(1L, 2L, 3L, 9L, 700L));

    assertThat(buckets.parts(Map.of(1L, 2L, 2L, 2L, 3L, 50L, 9L, 1L, 700L, 3L), 4))
        .extracting(DirtyBuckets::indexes)
        .extracting(List::copyOf)
        .containsExactly(List.of(1L, 2L), List.of(3L), List.of(9L, 700L));
  }

  @Test
  void asCluster_bucketsFarApart_isOneStretchWithAMask() {
    Map<String, Object> cluster = new DirtyBuckets(Grain.DAY, List.of(3L, 4L, 7L)).asCluster();

    assertThat(cluster)
        .containsEntry("from", Grain.DAY.startOf(3))
        .containsEntry("to", Grain.DAY.startOf(8));
    assertThat(DirtyBuckets.mask(cluster)).isEqualTo("11001");
  }
}
