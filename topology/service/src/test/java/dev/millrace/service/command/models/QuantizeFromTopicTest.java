package dev.millrace.service.command.models;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.service.broker.RunningBroker;
import dev.millrace.service.command.CapturedRun;
import dev.millrace.service.command.RandomModel;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@Tag("broker")
class QuantizeFromTopicTest {

  @RegisterExtension static final RunningBroker BROKER = new RunningBroker();

  @TempDir private Path folder;

  @Test
  void topicOfImages_calibratesAndJudges_andAnImageThatCannotBeReadIsNamed() throws Exception {
    RandomModel.publish(folder.resolve("models"), "m");
    BROKER.createTopic("quantize.images", 1, Map.of());
    Path images = images(130);
    Files.writeString(images.resolve("broken.png"), "no image");
    CapturedRun.of(
            "send",
            "--bootstrap-servers",
            BROKER.bootstrapServers(),
            "--topic",
            "quantize.images",
            images.toString())
        .succeeded();

    CapturedRun run = quantize("quantize.images").succeeded();

    JsonNode quantization = run.json().get("quantization");
    assertThat(quantization.at("/calibration/images").asInt()).isEqualTo(30);
    assertThat(quantization.at("/judgement/measure").asText()).isEqualTo("agreement");
    assertThat(quantization.at("/judgement/images").asInt()).isEqualTo(100);
    assertThat(run.err()).containsOnlyOnce("quantize.images-0@");
  }

  @Test
  void missingTopic_isOneLineThatNamesIt() throws IOException {
    RandomModel.publish(folder.resolve("models"), "m");

    assertThat(quantize("no.such.images").failureLine())
        .contains("there is no topic 'no.such.images'");
  }

  private CapturedRun quantize(String topic) {
    return CapturedRun.of(
        "models",
        "quantize",
        "--bootstrap-servers",
        BROKER.bootstrapServers(),
        "--repository",
        folder.resolve("models").toString(),
        "--model",
        "m",
        "--calibrate",
        topic,
        "--images",
        "30",
        "--max-loss",
        "100",
        "--json");
  }

  private Path images(int count) throws IOException {
    Path images = Files.createDirectories(folder.resolve("images"));
    for (int i = 0; i < count; i++) {
      Random random = new Random(i);
      BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
      int colour = random.nextInt();
      for (int p = 0; p < 32 * 32; p++) {
        image.setRGB(p % 32, p / 32, colour ^ random.nextInt(120));
      }
      ImageIO.write(image, "png", images.resolve(i + ".png").toFile());
    }
    return images;
  }
}
