package dev.millrace.service.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Device;
import dev.millrace.core.training.Augmentation;
import dev.millrace.core.training.Checkpoints;
import dev.millrace.core.training.LearningRate;
import dev.millrace.core.training.Optimization;
import dev.millrace.core.training.Optimizer;
import dev.millrace.core.training.PretrainingConfig;
import dev.millrace.core.training.Views;
import dev.millrace.service.broker.BrokerConfig;
import dev.millrace.service.serve.ServiceConfig;
import dev.millrace.streams.InferenceConfig;
import dev.millrace.streams.engine.EngineConfig;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests that {@code --help} prints the defaults of the configuration records. */
class DefaultsTest {

  private static final InferenceConfig CPU = InferenceConfig.of(Path.of("."), "any");
  private static final EngineConfig GPU =
      InferenceConfig.builder(Path.of("."), "any")
          .devices(List.of(Device.parse("cuda:0")))
          .build()
          .engine();

  /** The output of {@code --help}, by command. */
  private static final Map<String, String> HELP = new ConcurrentHashMap<>();

  static Stream<Arguments> defaults() {
    Optimization optimization = Optimization.DEFAULTS;
    return Stream.of(
        arguments("serve", "--max-pixels", ImageLimits.DEFAULT.maxPixels()),
        arguments("serve", "--decode-timeout", ImageLimits.DEFAULT.decodeTimeout().toMillis()),
        arguments("serve", "--top", CPU.top()),
        arguments("serve", "--probabilities", CPU.probabilities() ? "full" : "none"),
        arguments("serve", "--device", joined(CPU.engine().devices())),
        arguments("serve", "--max-record-bytes", ServiceConfig.DEFAULT_MAX_RECORD_BYTES),
        arguments("broker", "--port", BrokerConfig.DEFAULT_PORT),
        arguments("broker", "--host", BrokerConfig.DEFAULT_HOST),
        arguments("models import", "--mean", joined(Preprocessing.IMAGENET_MEAN)),
        arguments("models import", "--std", joined(Preprocessing.IMAGENET_STD)),
        arguments("train", "--mean", joined(Preprocessing.IMAGENET_MEAN)),
        arguments("train", "--std", joined(Preprocessing.IMAGENET_STD)),
        arguments("train", "--epochs", optimization.epochs()),
        arguments("train", "--batch-size", optimization.batchSize()),
        arguments(
            "train",
            "--learning-rate",
            written(optimization.learningRate().peak())
                + "; with --optimizer adamw, "
                + written(LearningRate.ADAMW_PEAK)),
        arguments(
            "train",
            "--schedule",
            optimization.learningRate().schedule().name().toLowerCase(Locale.ROOT)),
        arguments("train", "--momentum", written(Optimizer.DEFAULTS.momentum())),
        arguments("train", "--weight-decay", written(Optimizer.DEFAULTS.weightDecay())),
        arguments("train", "--label-smoothing", written(optimization.labelSmoothing())),
        arguments("train", "--keep", Checkpoints.KEEP),
        arguments("train", "--crop-padding", Augmentation.DEFAULTS.cropPadding()),
        arguments("train", "--[no-]flip", Augmentation.DEFAULTS.flip()),
        arguments("pretrain", "--epochs", PretrainingConfig.EPOCHS),
        arguments("pretrain", "--batch-size", PretrainingConfig.BATCH_SIZE),
        arguments("pretrain", "--images", PretrainingConfig.IMAGES),
        arguments("pretrain", "--crop-area", written(Views.DEFAULTS.cropArea())),
        arguments("pretrain", "--color-jitter", written(Views.DEFAULTS.colorJitter())),
        arguments("pretrain", "--grayscale", written(Views.DEFAULTS.grayscale())),
        arguments("pretrain", "--[no-]flip", Views.DEFAULTS.flip()));
  }

  @ParameterizedTest
  @MethodSource("defaults")
  void help_tellsTheDefaultOfTheRecord(String command, String option, Object expected) {
    assertThat(defaultOf(command, option)).isEqualTo(expected.toString());
  }

  /** The help describes these defaults in words, because they depend on the device. */
  @Test
  void help_tellsTheDefaultsOfEachDevice() {
    assertThat(defaultOf("serve", "--max-batch-size"))
        .isEqualTo(
            "%d on a GPU; on the CPU the number that runs in %d ms, at most %d"
                .formatted(
                    GPU.maxBatchSize(),
                    CPU.engine().longestRun().toMillis(),
                    CPU.engine().maxBatchSize()));
    assertThat(defaultOf("serve", "--linger"))
        .isEqualTo(
            "%d on the CPU, %d on a GPU"
                .formatted(CPU.engine().linger().toMillis(), GPU.linger().toMillis()));
  }

  /** {@return the text after {@code default:} in an option's description} */
  private static String defaultOf(String command, String option) {
    String help =
        HELP.computeIfAbsent(
            command, name -> CapturedRun.of((name + " --help").split(" ")).succeeded().out());
    String text = help.lines().map(String::strip).collect(Collectors.joining(" "));
    Matcher matcher =
        Pattern.compile(
                Pattern.quote(option)
                    + "[= ](?:(?! --[\\w-]+=).)*?\\(default: (?:ImageNet's, )?([^)]*?)(?:, Kafka's own)?\\)")
            .matcher(text);
    assertThat(matcher.find()).as("%s of %s in %s", option, command, help).isTrue();
    return matcher.group(1);
  }

  private static String written(double value) {
    return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
  }

  private static String joined(List<?> values) {
    return values.stream().map(Object::toString).collect(Collectors.joining(","));
  }
}
