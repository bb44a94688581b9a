package dev.millrace.trainer.gate;

import dev.millrace.control.Champion;
import dev.millrace.core.image.ImageDecoder;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelFiles;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.repository.Provenance;
import dev.millrace.core.runtime.ModelSession;
import dev.millrace.core.training.Verdict;
import dev.millrace.trainer.data.EvaluationSet;
import dev.millrace.trainer.data.LabelledImage;
import dev.millrace.trainer.data.Part;
import dev.millrace.trainer.data.Pixels;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntPredicate;

/**
 * A gate without native code or a broker. A number stands for an image. A rule stands for a
 * session: it says which numbers the session classifies correctly. A field stands for the
 * champion's alias.
 */
final class GateRig {

  /**
   * The number of images. It is larger than a batch, and it is a power of two, so that percentage
   * points are exact.
   */
  static final int IMAGES = 512;

  static final String MODEL = "small";
  static final Labels LABELS = new Labels(List.of("cat", "dog", "hen"));
  static final Preprocessing PREPROCESSING = preprocessing(2, 3);

  final ModelRepository repository;
  final Alias alias = new Alias();
  final List<Integer> opened = new ArrayList<>();
  final List<String> warnings = new ArrayList<>();
  int openSessions;

  /** The failure of each attempt to open a version, or null. */
  ModelException damaged;

  Optional<GoldenSet> golden = Optional.empty();

  private final Map<Integer, IntPredicate> rules = new HashMap<>();
  private final EvaluationSet images;

  GateRig(Path folder) throws IOException {
    repository = new ModelRepository(folder);
    images = images(IMAGES);
  }

  static Preprocessing preprocessing(int size, int resize) {
    return new Preprocessing(size, resize, Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD);
  }

  static EvaluationSet images(int count) throws IOException {
    Pixels pixels = new Pixels(NumberDecoder::new, PREPROCESSING, Long.MAX_VALUE);
    List<Pixels.Image> images = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] number = ByteBuffer.allocate(Integer.BYTES).putInt(i).array();
      images.add(
          pixels.add(new LabelledImage("image " + i, label(i), "", Part.GATE, () -> number)));
    }
    return new EvaluationSet(images, PREPROCESSING.bytes());
  }

  private static int label(int number) {
    return number % LABELS.size();
  }

  /** Decodes the number of an image into its first pixels. */
  private static final class NumberDecoder implements ImageDecoder {
    @Override
    public void decode(byte[] encoded, Preprocessing preprocessing, ByteBuffer pixels) {
      pixels.put(0, encoded);
    }

    @Override
    public void close() {}
  }

  /** Publishes a version with the metrics of a verdict. */
  ModelVersion publish(Verdict verdict) {
    return publish(verdict, number -> false);
  }

  ModelVersion publish(Verdict verdict, IntPredicate rule) {
    ModelVersion version =
        repository.publish(
            MODEL,
            new byte[] {1},
            PREPROCESSING,
            LABELS,
            new Provenance(
                new ModelManifest.Source("training", null, null),
                null,
                CheckpointPromotion.figures(verdict),
                "run"));
    rules.put(version.version(), rule);
    return version;
  }

  /**
   * Publishes a version. The rule says which images, by their numbers, the version classifies
   * correctly.
   */
  ModelVersion publish(IntPredicate rule) {
    return publish(rule, PREPROCESSING, LABELS);
  }

  ModelVersion publish(IntPredicate rule, Preprocessing preprocessing, Labels labels) {
    ModelVersion version =
        repository.publish(
            MODEL,
            new byte[] {1},
            preprocessing,
            labels,
            new ModelManifest.Source("training", null, null));
    rules.put(version.version(), rule);
    return version;
  }

  /** Publishes a version with independent classes, of which several may be right for an image. */
  ModelVersion publishIndependent(IntPredicate rule) {
    ModelVersion version =
        repository.publish(
            MODEL,
            new ModelFiles(new byte[] {1}),
            PREPROCESSING,
            LABELS,
            new Provenance(new ModelManifest.Source("training", null, null), null, Map.of(), "run"),
            ModelManifest.INDEPENDENT);
    rules.put(version.version(), rule);
    return version;
  }

  PromotionGate gate(double margin) {
    return gate(new PromotionRule(margin, Optional.empty(), 3));
  }

  private ModelSession open(ModelVersion version, Device device) {
    if (!device.equals(Device.CPU)) {
      throw new AssertionError(device);
    }
    if (damaged != null) {
      throw damaged;
    }
    opened.add(version.version());
    return session(rules.get(version.version()));
  }

  PastRounds past() {
    return new PastRounds(repository, MODEL, warnings::add);
  }

  ChampionWatch watch(int newest) {
    return new ChampionWatch(
        alias,
        this::open,
        repository,
        MODEL,
        preprocessing -> new Pixels(NumberDecoder::new, preprocessing, 0),
        newest);
  }

  PromotionGate gate(PromotionRule rule) {
    return gate(rule, LABELS);
  }

  /** Returns a gate for candidates with these classes, of which only the first have images. */
  PromotionGate gate(PromotionRule rule, Labels labels) {
    return new PromotionGate(
        rule,
        alias,
        this::open,
        repository,
        MODEL,
        images,
        PREPROCESSING,
        labels,
        golden,
        warnings::add);
  }

  ModelSession session(IntPredicate right) {
    openSessions++;
    return new ModelSession() {
      @Override
      public int classes() {
        return LABELS.size();
      }

      @Override
      public int inputWidth() {
        return PREPROCESSING.width();
      }

      @Override
      public int inputHeight() {
        return PREPROCESSING.height();
      }

      @Override
      public void run(ByteBuffer pixels, int count, FloatBuffer probabilities) {
        for (int i = 0; i < count; i++) {
          int number = pixels.getInt(i * PREPROCESSING.bytes());
          int answer = (label(number) + (right.test(number) ? 0 : 1)) % LABELS.size();
          for (int c = 0; c < LABELS.size(); c++) {
            probabilities.put(i * LABELS.size() + c, c == answer ? 0.5f : 0.25f);
          }
        }
      }

      @Override
      public void close() {
        openSessions--;
      }
    };
  }

  /** The champion's alias, which is stored in a field instead of on the control topic. */
  static final class Alias implements ChampionAlias {

    Optional<Champion> champion = Optional.empty();
    RuntimeException failure;

    void serve(int version) {
      champion = Optional.of(new Champion(version, null, true));
    }

    @Override
    public Optional<Champion> read() {
      if (failure != null) {
        throw failure;
      }
      return champion;
    }

    @Override
    public void change(Function<Optional<Champion>, Champion> change) {
      if (failure != null) {
        throw failure;
      }
      champion = Optional.of(change.apply(champion));
    }
  }
}
