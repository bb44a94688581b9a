package dev.millrace.service.command.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

/** Tests the values of {@code --guarantee}, and the configuration that Kafka Streams gets. */
class GuaranteeTest {

  private final Guarantee.Converter converter = new Guarantee.Converter();

  @ParameterizedTest
  @ValueSource(strings = {"exactly_once_v2", "EXACTLY_ONCE_V2"})
  void label_isReadInUpperAndLowerCase(String text) {
    assertThat(converter.convert(text)).isEqualTo(Guarantee.EXACTLY_ONCE_V2);
  }

  @Test
  void constant_isWrittenAsKafkaStreamsWritesIt() {
    assertThat(Guarantee.values())
        .extracting(Guarantee::toString)
        .containsExactly(StreamsConfig.AT_LEAST_ONCE, StreamsConfig.EXACTLY_ONCE_V2);
  }

  @Test
  void otherText_isRefusedWithTheLabels() {
    assertThatThrownBy(() -> converter.convert("perhaps"))
        .isInstanceOf(TypeConversionException.class)
        .hasMessage(
            "expected one of [at_least_once, exactly_once_v2] (case-insensitive) but was"
                + " 'perhaps'");
  }
}
