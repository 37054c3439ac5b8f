package dev.pointsman.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PolicyStatisticsCodecTest {

  private static final String GOLDEN =
      "{\"format\":1,\"feedback_count\":2.5,\"cells\":[[\"billing/code\",\"small\",1.5,1.0,0.9,"
          + "120.25,null,0]],\"variants\":[[\"small\",7,2,true]],\"priors\":{\"small\":-0.06}}";

  private static final PolicyStatistics STATISTICS =
      new PolicyStatistics(
          2.5,
          List.of(new PolicyStatistics.Cell("billing/code", "small", 1.5, 1, 0.9, 120.25, null, 0)),
          List.of(new PolicyStatistics.VariantEvidence("small", 7, 2, true)),
          Map.of("small", -0.06));

  @Test
  void encode_format1_isGolden() {
    assertThat(PolicyStatisticsCodec.encode(STATISTICS)).isEqualTo(GOLDEN);
    assertThat(PolicyStatisticsCodec.decode(GOLDEN)).isEqualTo(STATISTICS);
  }

  @Test
  void encode_threshold_isReadBack() {
    for (Double lead : new Double[] {null, 0.1 + 0.2}) {
      PolicyStatistics divided =
          STATISTICS.withThreshold(new PolicyStatistics.Threshold(lead, 0.4, 2_000, 0.26));
      assertThat(PolicyStatisticsCodec.decode(PolicyStatisticsCodec.encode(divided)))
          .isEqualTo(divided);
    }
  }

  @Property(seed = "1", tries = 300, shrinking = ShrinkingMode.OFF)
  void decode_encoded_isEqualToTheLastBit(@ForAll("statistics") PolicyStatistics statistics) {
    assertThat(PolicyStatisticsCodec.decode(PolicyStatisticsCodec.encode(statistics)))
        .isEqualTo(statistics);
  }

  @Test
  void decode_policyOfARevision_decidesTheSame() {
    PolicyStatistics again =
        PolicyStatisticsCodec.decode(PolicyStatisticsCodec.encode(Routings.statistics()));
    DecisionContext context =
        new DecisionContext(
            "code",
            new boolean[] {true, true, true, true},
            Routings.PRICES,
            400,
            Map.of(),
            0,
            null);
    assertThat(
            SquareCbPolicy.of(Routings.VERSION, Routings.settings(), again, Routings.PRICES)
                .probabilities(context))
        .usingRecursiveComparison()
        .isEqualTo(Routings.squareCb().probabilities(context));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{",
        "{}",
        "{\"format\":2,\"feedback_count\":0,\"cells\":[],\"variants\":[],\"priors\":{}}",
        "{\"format\":1,\"feedback_count\":1e999,\"cells\":[],\"variants\":[],\"priors\":{}}",
        "{\"format\":1,\"feedback_count\":\"1\",\"cells\":[],\"variants\":[],\"priors\":{}}",
        "{\"format\":1,\"format\":1,\"feedback_count\":0,\"cells\":[],\"variants\":[],\"priors\":{}}",
        "{\"format\":1,\"feedback_count\":0,\"cells\":[],\"variants\":[],\"priors\":{}} 1",
        "{\"format\":1,\"feedback_count\":0,\"cells\":[[\"a\"]],\"variants\":[],\"priors\":{}}",
        "{\"format\":1,\"feedback_count\":0,\"cells\":[],\"variants\":[[\"a\",-1,0,true]],\"priors\":{}}",
        "{\"format\":1,\"feedback_count\":0,\"cells\":[],\"variants\":[[\"a\",1,0,true,1]],\"priors\":{}}",
        "{\"format\":1,\"feedback_count\":0,\"cells\":[],\"variants\":[],\"priors\":{},\"extra\":1}",
        "{\"format\":99999999999999999999,\"feedback_count\":0,\"cells\":[],\"variants\":[],\"priors\":{}}"
      })
  void decode_brokenText_isRefusedWithItsException(String text) {
    assertThatThrownBy(() -> PolicyStatisticsCodec.decode(text))
        .isInstanceOf(MalformedPolicyException.class)
        .hasMessageStartingWith("policy statistics: ");
  }

  @Test
  void decode_missingField_namesItAndThePlace() {
    assertThatThrownBy(() -> PolicyStatisticsCodec.decode("{\"format\":1}"))
        .hasMessage(
            "policy statistics: the field \"feedback_count\" is missing (line 1, column 13)");
  }

  @Test
  void encode_numberThatIsNone_isRefused() {
    assertThatThrownBy(
            () ->
                PolicyStatisticsCodec.encode(
                    new PolicyStatistics(Double.NaN, List.of(), List.of(), Map.of())))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Provide
  static Arbitrary<PolicyStatistics> statistics() {
    Arbitrary<String> names = Arbitraries.strings().ofMaxLength(8);
    Arbitrary<Double> numbers =
        Arbitraries.longs().map(Double::longBitsToDouble).filter(Double::isFinite);
    Arbitrary<Long> counts = Arbitraries.longs().greaterOrEqual(0);
    Arbitrary<PolicyStatistics.Cell> cells =
        Combinators.combine(
                names,
                names,
                numbers,
                numbers,
                numbers,
                numbers.injectNull(0.3),
                numbers.injectNull(0.3),
                counts)
            .as(PolicyStatistics.Cell::new);
    Arbitrary<PolicyStatistics.VariantEvidence> variants =
        Combinators.combine(names, counts, counts, Arbitraries.of(true, false))
            .as(PolicyStatistics.VariantEvidence::new);
    return Combinators.combine(
            numbers,
            cells.list().ofMaxSize(5),
            variants.list().ofMaxSize(3),
            Arbitraries.maps(names, numbers).ofMaxSize(3))
        .as(PolicyStatistics::new);
  }
}
