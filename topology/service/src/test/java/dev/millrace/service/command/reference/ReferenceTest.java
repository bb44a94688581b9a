package dev.millrace.service.command.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.control.ChampionReport;
import dev.millrace.control.ControlTopic;
import dev.millrace.control.SwapReport;
import dev.millrace.control.SwapReport.Outcome;
import dev.millrace.control.TrainingProgress;
import dev.millrace.control.TrainingWait;
import dev.millrace.core.image.BadImageException;
import dev.millrace.core.training.ChampionMeasure;
import dev.millrace.events.Prediction;
import dev.millrace.events.Probabilities;
import dev.millrace.service.broker.RunningBroker;
import dev.millrace.service.command.options.KafkaKeyList;
import dev.millrace.service.serve.Topics;
import dev.millrace.streams.sending.DeadLetter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * Tests that {@code REFERENCE.md} is current. With {@code -Dmillrace.reference.write}, writes the
 * file first.
 */
@Tag("broker")
@ResourceLock("millrace.models") // the control topic of the shared broker
class ReferenceTest {

  private static final Path PAGE = Path.of("REFERENCE.md");
  private static final String WRITE =
      "./mvnw -Dquick test -pl topology/service -am -Dtest=ReferenceTest"
          + " -Dsurefire.failIfNoSpecifiedTests=false -Dmillrace.reference.write=true";

  @RegisterExtension static final RunningBroker BROKER = new RunningBroker();

  @TempDir private Path folder;

  @Test
  void page_isCurrent() throws Exception {
    String current = page(MetricReference.markdown(BROKER, folder));
    if (Boolean.getBoolean("millrace.reference.write")) {
      Files.writeString(PAGE, current);
    }

    assertThat(Files.exists(PAGE) ? Files.readString(PAGE) : "")
        .as("REFERENCE.md is not current. Write it anew with: " + WRITE)
        .isEqualTo(current);
  }

  private static String page(String metrics) {
    return """
        # Reference

        A test generates this page from the code, and fails while the page is not current. Do not edit it; write it anew with

        ```
        %s
        ```

        ## Commands

        %s## Kafka's keys

        A `--config` file and `-X KEY=VALUE` take these keys. Each key goes to the clients that know it. A key may
        have a prefix, and then applies to one client only: `producer.`, `consumer.`, `admin.`, and under `serve` also
        `main.consumer.`, `restore.consumer.` and `global.consumer.`. Keys of `config.providers` are passed on, too, and so is
        every key with a dot once a class that is not Kafka's own is configured. `millrace broker` takes every key of Kafka's
        broker instead, in a file with the prefix `broker.`.

        | key | clients |
        |---|---|
        %s
        ## Topics

        | topic | key | value |
        |---|---|---|
        | `%s` (`--input`) | the image's id | the encoded image, JSON with the image in base64, or a CloudEvent; see [the formats](../../connectors/README.md#which-formats-can-an-image-have) |
        | `%s` (`--output`) | the image's | JSON, as below; see [the formats](../../connectors/README.md#which-formats-can-a-prediction-have) |
        | `%s` (`--dead-letters`) | the image's | the image's, or none for a stub |
        | `%s.replayed` | topic id, partition and offset of a dead letter | the topic it was sent to; compacted |
        | `%s` | the model's name | JSON: the promoted version and the one before it; compacted, one partition |
        | `%s` | `MODEL/classes` | JSON: the names of the classes in the order of their indices, from a trainer |
        | `%s` | the model's name | JSON: the outcome of a swap, or the verdict of a trainer's gate |
        | `%s` | `MODEL/training` | JSON: the end of an epoch of a training |
        | `%s` | `MODEL/waiting` | JSON: why a training from topics waits, or that it no longer waits |
        | `%s` | `MODEL/champion` | JSON: the accuracy of the promoted version on the newest held-out images of a training |
        | `labels` (`--labels-topic`) | the image's id | the name of its class, in UTF-8 |

        A prediction:

        ```json
        %s
        ```

        `--probabilities none` leaves `probabilities` out. A prediction of independent classes also has `kind` and `labels`. A
        prediction of an image that is stored elsewhere also has `revision`: the version id in S3, otherwise the ETag.

        The promoted version, with the SHA-256 of its model file:

        ```json
        {"champion":{"version":3,"previous":2,"sha256":"8d3f…"}}
        ```

        An instance's report of a swap, or a gate's verdict. The `outcome` is one of %s. The last two are verdicts:

        ```json
        %s
        ```

        A trainer's progress at the end of an epoch, in nats and images per second. `round` is missing in a training from a
        folder. Skip a record whose `type` or `schema` you do not know:

        ```json
        %s
        ```

        A trainer's report that its training from topics waits. `reason` is missing if it no longer waits:

        ```json
        %s
        ```

        A trainer's measurement of the promoted version. `promotedImages` and `promotedAccuracy` are missing if no gate has
        promoted the version. `hasFallen` is true if the accuracy is significantly lower than at the promotion:

        ```json
        %s
        ```

        ## Record headers

        | header | on | |
        |---|---|---|
        | `content-type` | images | the format of the value; see [the formats](../../connectors/README.md#which-formats-can-an-image-have) |
        | `ce_dataref`, `dataref` | images | the URI of an image that is stored elsewhere, if the record has no value; see [`--fetch-from`](README.md#images-that-are-stored-elsewhere) |
        | `ce_sha256`, `sha256` | images | the SHA-256 that this image must have, in hexadecimal |
        | `__streams.errors.*` | dead letters | topic, partition and offset of the image, exception, message, stack trace (KIP-1034) |
        | `%s` | dead letters | the sizes of the key, the value and the headers that a stub leaves out, as JSON |
        | `%s` | dead letters | the image's timestamp, in ms since 1970; only if the dead-letter topic's limits of timestamps refuse a record with this timestamp |
        | `%s` | replayed images | the dead letter that was sent again |

        A prediction keeps the headers of its image, except `ce_*` and those that describe the image's value. It has
        `content-type` and `ce_*` [of its own](../../connectors/README.md#which-formats-can-a-prediction-have).

        ## Metrics

        `serve --http PORT` has these at `/metrics`, together with the JVM's (`jvm_*`, `process_*`, `system_*`) and the
        consumers' lag. `--metrics all` adds the JVM's other metrics and those of Kafka's clients (`kafka_*`). A histogram has the
        suffixes `_bucket`, `_sum`, `_count` and `_max`. Not in the table are `millrace_inference_accuracy`,
        `millrace_inference_accuracy_low`, `millrace_inference_accuracy_high` and `millrace_inference_accuracy_images`, which only
        versions with an accuracy in their manifest have, and `millrace_gpu_memory_used_bytes` and
        `millrace_gpu_memory_total_bytes`, which need a GPU.

        %s
        The values of `reason` are %s and `device`. The values of `outcome` are those of the reports of swaps.

        ## Exit codes

        | code | meaning |
        |---|---|
        | 0 | success |
        | 1 | failure; the last line on standard error says why |
        | 2 | wrong usage |
        | 130, 143 | stopped by SIGINT or SIGTERM |

        ## Environment

        | variable | |
        |---|---|
        | `JAVA_HOME` | the Java to run with, 17 or newer (default: `java` on the path) |
        | `MILLRACE_OPTS`, `JAVA_OPTS` | options for the JVM, such as `-Xmx2g` |
        | `NO_COLOR` | no colours if it is not empty |
        | `OMP_NUM_THREADS` | number of threads of `train` and `pretrain`, if `--threads` is not given |
        | `XDG_CACHE_HOME` | folder in which `--repository-cache` is by default (default: `~/.cache`) |
        | `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, … | access to S3, as for the AWS SDK |
        | `HF_ENDPOINT`, `HF_TOKEN`, `HF_HUB_OFFLINE` | access to [Hugging Face's hub](../../connectors/blobs/README.md#models-on-hugging-faces-hub) |
        | `OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_TRACES_SAMPLER`, … | settings of `serve --otlp`, as for [OpenTelemetry's SDK](README.md#traces) |
        """
        .formatted(
            WRITE,
            CommandReference.markdown(),
            keys(),
            Topics.DEFAULT_INPUT,
            Topics.DEFAULT_OUTPUT,
            Topics.DEFAULT_DEAD_LETTERS,
            Topics.DEFAULT_DEAD_LETTERS,
            ControlTopic.NAME,
            ControlTopic.NAME,
            ControlTopic.STATUS,
            ControlTopic.STATUS,
            ControlTopic.STATUS,
            ControlTopic.STATUS,
            prediction(),
            words(Arrays.stream(Outcome.values()).map(Outcome::word).toList()),
            report(),
            progress(),
            waiting(),
            champion(),
            DeadLetter.STUB,
            DeadLetter.TIMESTAMP,
            dev.millrace.service.deadletters.DeadLetter.REPLAYED,
            metrics,
            words(
                Arrays.stream(BadImageException.Reason.values())
                    .map(BadImageException.Reason::label)
                    .toList()));
  }

  private static String keys() {
    return KafkaKeyList.clients().entrySet().stream()
        .map(key -> "| `%s` | %s |%n".formatted(key.getKey(), String.join(", ", key.getValue())))
        .collect(Collectors.joining());
  }

  private static String words(List<String> words) {
    return words.stream().map(word -> "`" + word + "`").collect(Collectors.joining(", "));
  }

  private static String prediction() {
    Prediction prediction =
        Prediction.of(
            "cats/1.jpg",
            new Prediction.Model("resnet20", 3, "8d3f…"),
            List.of("bird", "boat", "car", "cat"),
            false,
            Probabilities.of(0.02f, 0.01f, 0.04f, 0.93f),
            2,
            new Prediction.Source(Topics.DEFAULT_INPUT, 0, 42));
    return text(Prediction.serde().serializer().serialize("any", prediction));
  }

  private static String report() {
    return text(
        new SwapReport(
                "millrace-resnet20@host:4711",
                "resnet20",
                3,
                Outcome.REJECTED,
                "its checksum differs",
                2,
                172.5,
                null)
            .toJson());
  }

  private static String progress() {
    return text(
        new TrainingProgress(
                "resnet20",
                "20260105-093000-7f3a-round-000003",
                3,
                2,
                10,
                0.412,
                new TrainingProgress.HeldOut(0.43, 0.912, 1000, 0.37, 0.49),
                812)
            .toJson());
  }

  private static String waiting() {
    return text(
        new TrainingWait(
                "resnet20",
                "until more labels arrive: there is only one class to learn, 'cat', and a training"
                    + " needs two")
            .toJson());
  }

  private static String champion() {
    return text(
        new ChampionReport("resnet20", new ChampionMeasure(3, 500, 0.84, 250, 0.92, 0.0008, true))
            .toJson());
  }

  private static String text(byte[] json) {
    return new String(json, StandardCharsets.UTF_8);
  }
}
