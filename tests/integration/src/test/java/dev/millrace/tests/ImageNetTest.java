package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.events.Prediction;
import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.testing.SharedData;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Classifies real photographs with a trained ResNet-18, with resizing and cropping. */
@Tag("broker")
@Timeout(180)
@ExtendWith(SharedBroker.class)
class ImageNetTest {

  @TempDir Path folder;

  @Test
  void photographs_getTheExpectedClassWhereverItIsClear(EmbeddedBroker broker) throws Exception {
    ModelVersion model =
        Models.publish(
            folder.resolve("models"),
            "resnet18",
            SharedData.file("models/imagenet_resnet18_pqf_small.onnx"),
            SharedData.file("classes/imagenet1k.txt"),
            224,
            256);
    Map<String, byte[]> photographs =
        SharedData.untar(
            "imagenet/imagenet-sample-40.tar", Files.createDirectory(folder.resolve("jpeg")));
    Map<String, String[]> expected = new HashMap<>();
    SharedData.rows("expected/imagenet-sample-40.csv", ",")
        .forEach(row -> expected.put(row[0], row));

    try (Pipeline pipeline = Pipeline.start(broker, model, 2, Map.of())) {
      pipeline.send(
          photographs.entrySet().stream()
              .map(e -> pipeline.image(e.getKey(), e.getValue()))
              .toList());
      List<ConsumerRecord<String, Prediction>> predictions =
          pipeline.predictions(photographs.size());

      assertThat(predictions).hasSize(40);
      int clear = 0;
      for (ConsumerRecord<String, Prediction> record : predictions) {
        String[] row = expected.get(Path.of(record.key()).getFileName().toString());
        if (Double.parseDouble(row[3]) > 0.5) {
          clear++;
          assertThat(record.value().top().get(0).index())
              .as(record.key())
              .isEqualTo(Integer.parseInt(row[2]));
        }
      }
      assertThat(clear).isGreaterThan(30);
    }
  }
}
