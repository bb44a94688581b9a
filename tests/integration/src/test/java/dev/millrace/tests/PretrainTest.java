package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.training.Encoder;
import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.service.demo.DemoImage;
import dev.millrace.service.demo.FashionMnist;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Runs {@code millrace pretrain} as a user does, and trains from its encoder. */
@Tag("broker")
@Timeout(300)
@ExtendWith(SharedBroker.class)
class PretrainTest {

  private static final String TOPIC = "unlabelled-images";
  private static final int IMAGES = 100;
  private static final int NEWEST = 60;
  private static final List<Object> NETWORK = List.of("--stem", "cifar_halved", "--size", 28);

  @TempDir Path folder;

  @BeforeEach
  void writeImages() throws Exception {
    for (DemoImage image : FashionMnist.read().subList(0, IMAGES)) {
      Path file = folder.resolve("images").resolve(image.key());
      Files.createDirectories(file.getParent());
      Files.write(file, image.encoded());
    }
  }

  private MillraceProcess.Result millrace(List<Object> network, Object... words) throws Exception {
    List<Object> command = new ArrayList<>(List.of(words));
    command.addAll(network);
    return MillraceProcess.run(folder, command.toArray());
  }

  private MillraceProcess.Result pretrain(Object... more) throws Exception {
    List<Object> command = new ArrayList<>(List.of("pretrain", "--epochs", 2, "--batch-size", 25));
    command.addAll(List.of("--run", folder.resolve("run"), "--output", encoder()));
    command.addAll(List.of(more));
    MillraceProcess.Result result = millrace(NETWORK, command.toArray());
    assertThat(result.exitCode()).as(result.output() + result.errors()).isZero();
    return result;
  }

  private Path encoder() {
    return folder.resolve("encoder.safetensors");
  }

  @Test
  void encoderOfAFolder_isAStartForTraining_ofTheSameNetworkOnly() throws Exception {
    assertThat(pretrain("--data", folder.resolve("images")).output())
        .contains("resnet20, " + IMAGES + " images, from the first step")
        .containsPattern(
            "epoch 2/2: loss -?0[.]\\d+ and spread \\d[.]\\d+ of [\\d,]+ images, nearest neighbours right ")
        .contains("done: the encoder is in " + encoder());

    Object[] train = {
      "train",
      "--data",
      folder.resolve("images"),
      "--epochs",
      1,
      "--min-per-class",
      3,
      "--from-encoder",
      encoder(),
      "--repository",
      folder.resolve("models"),
      "--model",
      "from-encoder",
      "--run",
      folder.resolve("training")
    };
    MillraceProcess.Result other = millrace(List.of("--size", 28), train);
    assertThat(other.exitCode()).isEqualTo(1);
    assertThat(other.errors())
        .contains("the encoder is resnet20 with shortcuts A and the stem cifar_halved, but the")
        .contains(
            "give the encoder's architecture, shortcut and stem (--arch, --shortcut, --stem)");
    MillraceProcess.Result trained = millrace(NETWORK, train);

    assertThat(trained.exitCode()).as(trained.errors()).isZero();
    assertThat(
            new ModelRepository(folder.resolve("models"))
                .version("from-encoder", 1)
                .manifest()
                .lineage()
                .start())
        .startsWith("encoder.safetensors with sha256 ");
  }

  @Test
  void newestImagesOfATopic_areTrainedOn(EmbeddedBroker broker) throws Exception {
    String at = broker.bootstrapServers();
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", at))) {
      admin.createTopics(List.of(new NewTopic(TOPIC, 2, (short) 1))).all().get();
    }
    MillraceProcess.Result sent =
        millrace(
            List.of(),
            "send",
            "--bootstrap-servers",
            at,
            "--topic",
            TOPIC,
            folder.resolve("images"));
    assertThat(sent.exitCode()).as(sent.errors()).isZero();

    MillraceProcess.Result result =
        pretrain("--images-topic", TOPIC, "--images", NEWEST, "--bootstrap-servers", at);

    assertThat(result.output()).contains("resnet20, " + NEWEST + " images");
    assertThat(result.errors())
        .contains("topic '" + TOPIC + "': " + NEWEST + " images are read, 0 records without")
        .contains("the accuracy of the nearest neighbours is left out");
    assertThat(Encoder.read(encoder()).lineage().data().classes()).containsExactly(NEWEST);
  }
}
