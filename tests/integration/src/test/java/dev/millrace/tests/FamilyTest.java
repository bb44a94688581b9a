package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.service.broker.EmbeddedBroker;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests that networks of the ResNet family classify an image through Kafka, at their full input
 * size. The tested networks cover each kind of stem (the first layers) and each kind of block.
 * {@link FamilySuite} tests every network of the family.
 */
@Tag("broker")
@Timeout(120)
@ExtendWith(SharedBroker.class)
class FamilyTest {

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"resnet18", "resnet20", "resnet50"})
  void network_answersAnImage(String name, EmbeddedBroker broker) throws Exception {
    requireAnswer(name, folder, broker);
  }

  static void requireAnswer(String name, Path folder, EmbeddedBroker broker) throws Exception {
    ResNet network = ResNet.of(name);
    ModelVersion model = Models.publishRandom(folder, name, network, 1);
    try (Pipeline pipeline = Pipeline.start(broker, model, 1, Map.of())) {
      pipeline.send(List.of(pipeline.image("noise", Images.noise("jpg", 300, 260, 1))));

      assertThat(pipeline.predictions(1))
          .singleElement()
          .satisfies(
              answer -> {
                assertThat(answer.value().model().name()).isEqualTo(name);
                assertThat(answer.value().probabilities().size()).isEqualTo(network.classes());
              });
    }
  }
}
