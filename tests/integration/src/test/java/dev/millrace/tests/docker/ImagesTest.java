package dev.millrace.tests.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.command.InspectImageResponse;
import dev.millrace.testing.MillraceImage;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.output.OutputFrame;

/** Tests what an operator can see of the images without a broker. */
@Tag("docker")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ImagesTest {

  private static final String BASE = "eclipse-temurin:17-jre";
  private static final long LARGEST = 300_000_000;
  private static final String LABEL = "org.opencontainers.image.";

  @ParameterizedTest
  @EnumSource
  void image_saysWhatItIs(MillraceImage image) {
    image.require();
    String name = "millrace" + (image == MillraceImage.SERVICE ? "" : "-" + lower(image));

    assertThat(inspect(image).getConfig().getLabels())
        .containsEntry(LABEL + "title", name)
        .containsEntry(LABEL + "version", MillraceImage.VERSION)
        .containsEntry(LABEL + "revision", "test")
        .containsEntry(LABEL + "licenses", "Apache-2.0")
        .containsKeys(LABEL + "description", LABEL + "source");
  }

  @ParameterizedTest
  @EnumSource
  void image_doesNotRunAsRootAndHasAHealthCheck(MillraceImage image) {
    image.require();

    assertThat(inspect(image).getConfig().getUser()).isEqualTo("10001");
    assertThat(inspect(image).getConfig().getHealthcheck()).isNotNull();
  }

  @Test
  void serviceImage_isSmall() {
    MillraceImage.SERVICE.require();

    long size = inspect(MillraceImage.SERVICE).getSize() - inspect(BASE).getSize();
    System.out.printf("The image millrace has %d MB more than its base.%n", size / 1_000_000);

    assertThat(size).isLessThanOrEqualTo(LARGEST);
  }

  /**
   * The libraries are in separate layers, so these layers do not change when the code changes. The
   * trainer's image also uses the service's layers of libraries.
   */
  @Test
  void layersOfTheLibraries_areApartFromTheCode() {
    MillraceImage.TRAINER.require();
    List<String> base = inspect(BASE).getRootFS().getLayers();
    List<String> service = inspect(MillraceImage.SERVICE).getRootFS().getLayers();
    int userAndLibraries = 2;
    int codeAndArchive = 2;

    assertThat(service).hasSize(base.size() + userAndLibraries + codeAndArchive);
    assertThat(inspect(MillraceImage.TRAINER).getRootFS().getLayers())
        .startsWith(service.subList(0, base.size() + userAndLibraries).toArray(new String[0]));
  }

  @ParameterizedTest
  @EnumSource(names = {"SERVICE", "TRAINER"})
  void classes_comeFromTheImagesArchive(MillraceImage image) {
    image.require();
    try (GenericContainer<?> container =
        ServiceImage.running(image, "--version")
            .withEnv("MILLRACE_OPTS", "-Xlog:class+load:stdout")) {
      container.start();

      assertThat(container.getLogs(OutputFrame.OutputType.STDOUT))
          .containsPattern("dev.millrace.service.Main source: shared objects file \\(top\\)");
    }
  }

  @Test
  void heap_isHalfOfTheContainersMemory() {
    MillraceImage.SERVICE.require();
    try (GenericContainer<?> container =
        ServiceImage.running("--version")
            .withEnv("MILLRACE_OPTS", "-XX:+PrintFlagsFinal")
            .withCreateContainerCmdModifier(
                create -> create.getHostConfig().withMemory(512L << 20))) {
      container.start();

      assertThat(container.getLogs(OutputFrame.OutputType.STDOUT))
          .containsPattern(Pattern.compile(" MaxHeapSize +=  *" + (256L << 20) + " "));
    }
  }

  @Test
  void trainer_trainsWithoutRightsOnAReadOnlyFileSystem() {
    MillraceImage.TRAINER.require();
    try (GenericContainer<?> container =
        ServiceImage.running(MillraceImage.TRAINER, "demo", "--count=20")
            .withTmpFs(Map.of("/tmp", "exec"))
            .withCreateContainerCmdModifier(Hardening::apply)) {
      container.start();

      assertThat(container.getLogs(OutputFrame.OutputType.STDOUT)).contains("20 predictions, ");
    }
  }

  private static InspectImageResponse inspect(MillraceImage image) {
    return inspect(image.imageName());
  }

  private static InspectImageResponse inspect(String name) {
    return DockerClientFactory.instance().client().inspectImageCmd(name).exec();
  }

  private static String lower(MillraceImage image) {
    return image.name().toLowerCase(java.util.Locale.ROOT);
  }
}
