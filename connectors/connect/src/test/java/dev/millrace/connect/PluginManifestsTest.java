package dev.millrace.connect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ServiceLoader;
import org.apache.kafka.connect.source.SourceConnector;
import org.apache.kafka.connect.storage.Converter;
import org.junit.jupiter.api.Test;

/** Tests that a worker with {@code plugin.discovery=service_load} finds the plugins. */
class PluginManifestsTest {

  @Test
  void connector_isFound() {
    assertThat(ServiceLoader.load(SourceConnector.class))
        .hasAtLeastOneElementOfType(ImageFolderSource.class);
  }

  @Test
  void converter_isFound() {
    assertThat(ServiceLoader.load(Converter.class))
        .hasAtLeastOneElementOfType(PredictionConverter.class);
  }

  @Test
  void versions_areNamed() {
    assertThat(new ImageFolderSource().version()).isNotBlank();
    assertThat(new ImageFolderSourceTask().version()).isNotBlank();
    assertThat(new PredictionConverter().version()).isNotBlank();
  }
}
