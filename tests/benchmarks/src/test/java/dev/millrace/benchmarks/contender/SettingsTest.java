package dev.millrace.benchmarks.contender;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.model.Device;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsTest {

  @Test
  void parse_itsOwnArguments_givesTheSame() {
    Settings settings =
        new Settings(
            "localhost:9092",
            "in",
            "out",
            "group",
            true,
            Path.of("models"),
            "resnet50",
            Backend.ONNX,
            List.of(Device.parse("cuda:0"), Device.parse("cuda:1")),
            8,
            Duration.ofMillis(5),
            16,
            Map.of("commit.interval.ms", "1000"));

    assertThat(Settings.parse(settings.arguments())).isEqualTo(settings);
  }
}
