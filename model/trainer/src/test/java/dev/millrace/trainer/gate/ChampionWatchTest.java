package dev.millrace.trainer.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.runtime.InferenceException;
import dev.millrace.core.training.ChampionMeasure;
import dev.millrace.core.training.Verdict;
import dev.millrace.trainer.Heard;
import dev.millrace.trainer.data.LabelledImage;
import dev.millrace.trainer.data.LabelledImages;
import dev.millrace.trainer.data.Part;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChampionWatchTest {

  private static final int NEWEST = 100;
  private static final int IMAGES = 300;

  /** An image that is higher than wide, and has as many bytes as the rig's images. */
  private static final Preprocessing UPRIGHT =
      new Preprocessing(
          1,
          4,
          4,
          Preprocessing.Fit.CROP,
          Preprocessing.Interpolation.BILINEAR,
          Preprocessing.Exif.APPLY,
          Preprocessing.Channels.RGB,
          Preprocessing.UNIT_SCALE,
          Preprocessing.IMAGENET_MEAN,
          Preprocessing.IMAGENET_STD);

  @TempDir Path folder;
  private final Heard heard = new Heard();
  private GateRig rig;
  private ChampionWatch watch;

  @BeforeEach
  void prepare() throws IOException {
    rig = new GateRig(folder);
    watch = rig.watch(NEWEST);
  }

  /** Serves a version whose accuracy was 90 % when it was promoted. */
  private void serve(IntPredicate rule) {
    Verdict verdict = new Verdict(true, "", 500, 0.9, null, null, 9, 0, 0.001, 1, 0.01);
    rig.alias.serve(rig.publish(verdict, rule).version());
  }

  /**
   * Measures the champion on images of which every third is a training image. The image with the
   * highest number has the newest label.
   */
  private boolean measure() {
    return measure(number -> "content " + number);
  }

  private boolean measure(IntFunction<String> content) {
    return measure(content, number -> true);
  }

  private boolean measure(IntFunction<String> content, IntPredicate isReadable) {
    List<LabelledImage> images =
        IntStream.range(0, IMAGES)
            .mapToObj(
                number ->
                    new LabelledImage(
                        "image " + number,
                        number % GateRig.LABELS.size(),
                        content.apply(number),
                        number % 3 == 0 ? Part.TRAINING : number % 3 == 1 ? Part.GATE : Part.REPORT,
                        () -> read(number, isReadable)))
            .toList();
    List<String> keys = IntStream.range(0, IMAGES).mapToObj(number -> "image " + number).toList();
    return watch.measure(new LabelledImages(GateRig.LABELS, images), keys, heard);
  }

  private static byte[] read(int number, IntPredicate isReadable) throws IOException {
    if (!isReadable.test(number)) {
      throw new IOException("damaged");
    }
    return ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
  }

  /** The newest 100 held-out images have the numbers from 150 on that are not divisible by 3. */
  @Test
  void champion_isMeasuredOnTheNewestHeldOutImages() {
    serve(number -> number >= 160);
    measure();

    ChampionMeasure measure = heard.measures.get(0);
    assertThat(measure.version()).isEqualTo(1);
    assertThat(measure.images()).isEqualTo(NEWEST);
    assertThat(measure.accuracy()).isEqualTo(0.94);
    assertThat(measure.promotedAccuracy()).isEqualTo(0.9);
    assertThat(measure.promotedImages()).isEqualTo(500);
    assertThat(measure.hasFallen()).isFalse();
    assertThat(rig.openSessions).isZero();
  }

  /** The held-out images have two classes, and each class has ten different images. */
  @Test
  void copiesOfAnImage_areMeasuredOnce() {
    serve(number -> true);
    measure(number -> "content " + number % 10);

    assertThat(heard.measures.get(0).images()).isEqualTo(20);
  }

  /** A later release may refuse an image that this release decodes. */
  @Test
  void imageThatCannotBeRead_isLeftOut() {
    serve(number -> number >= 190);
    measure(number -> "content " + number, number -> number != 299);

    assertThat(heard.warnings)
        .containsExactly(
            "the champion is measured without images: 1 of 100 images cannot be read: image 299"
                + " (damaged)");
    assertThat(heard.measures.get(0).images()).isEqualTo(NEWEST - 1);
    assertThat(heard.measures.get(0).hasFallen()).isTrue();
    assertThat(rig.openSessions).isZero();
  }

  @Test
  void championThatHasBecomeWorse_isAnAlarm() {
    serve(number -> number >= 190);
    measure();

    assertThat(heard.measures.get(0).accuracy()).isLessThan(0.75);
    assertThat(heard.measures.get(0).p()).isLessThan(0.0025);
    assertThat(heard.measures.get(0).hasFallen()).isTrue();
  }

  @Test
  void championThatNoGatePromoted_isMeasuredWithoutAnAlarm() {
    rig.alias.serve(rig.publish(number -> false).version());
    measure();

    assertThat(heard.measures)
        .containsExactly(new ChampionMeasure(1, NEWEST, 0, null, null, 1, false));
  }

  /** A user may promote a version that another tool has made. */
  @Test
  void championWhoseImagesAreHigherThanWide_isMeasured() {
    rig.alias.serve(rig.publish(number -> true, UPRIGHT, GateRig.LABELS).version());
    measure();

    assertThat(heard.warnings).isEmpty();
    assertThat(heard.measures)
        .containsExactly(new ChampionMeasure(1, NEWEST, 1, null, null, 1, false));
  }

  @Test
  void championThatCannotBeMeasured_isWarnedOf() {
    assertThat(measure()).isTrue();
    rig.alias.serve(9);
    assertThat(measure()).isFalse();
    rig.alias.failure = new TimeoutException("nobody answers");
    assertThat(measure()).isFalse();
    rig.alias.failure = null;
    serve(
        number -> {
          throw new InferenceException("no memory for a batch", null);
        });
    assertThat(measure()).isTrue();

    assertThat(heard.measures).isEmpty();
    assertThat(heard.warnings)
        .hasSize(3)
        .allMatch(warning -> warning.startsWith("the champion cannot be measured: "));
  }

  /** While Kafka is away, the round is tried again every 10 s. */
  @Test
  void failureOfKafkaThatLasts_isWarnedOfOnce() {
    rig.alias.failure = new TimeoutException("nobody answers");
    assertThat(measure()).isFalse();
    assertThat(measure()).isFalse();
    rig.alias.failure = null;
    assertThat(measure()).isTrue();
    rig.alias.failure = new TimeoutException("nobody answers");
    assertThat(measure()).isFalse();

    assertThat(heard.warnings).hasSize(2);
  }
}
