package dev.millrace.trainer.gate;

import dev.millrace.control.Champion;
import dev.millrace.control.KafkaAccess;
import dev.millrace.core.evaluation.McNemar;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.Labels;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.runtime.ModelRuntime;
import dev.millrace.core.runtime.ModelSession;
import dev.millrace.core.training.Gate;
import dev.millrace.core.training.Verdict;
import dev.millrace.onnx.OnnxModelRuntime;
import dev.millrace.trainer.data.EvaluationSet;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * Compares each candidate with the champion, which is the version that serves. Both versions
 * classify the same images. The versions run in ONNX Runtime, as in the topology. Confined to one
 * thread.
 */
public final class PromotionGate {

  private final double margin;
  private final ChampionAlias alias;
  private final ModelRuntime runtime;
  private final ModelRepository repository;
  private final String model;
  private final EvaluationSet images;
  private final Preprocessing preprocessing;
  private final Labels labels;

  private Integer known;
  private Answers ofKnown;

  /**
   * Creates a gate.
   *
   * @param gate the required gain, and the broker with the control topic
   * @param repository the model repository
   * @param model the model's name
   * @param images the images to compare on, which no training step sees
   * @param preprocessing the preprocessing of the images
   * @param labels names of the images' classes
   */
  public PromotionGate(
      Gate gate,
      ModelRepository repository,
      String model,
      EvaluationSet images,
      Preprocessing preprocessing,
      Labels labels) {
    this(
        gate.margin(),
        new KafkaChampionAlias(KafkaAccess.keysOf(gate.broker()), model),
        new OnnxModelRuntime(),
        repository,
        model,
        images,
        preprocessing,
        labels);
  }

  PromotionGate(
      double margin,
      ChampionAlias alias,
      ModelRuntime runtime,
      ModelRepository repository,
      String model,
      EvaluationSet images,
      Preprocessing preprocessing,
      Labels labels) {
    this.margin = margin;
    this.alias = alias;
    this.runtime = runtime;
    this.repository = repository;
    this.model = model;
    this.images = images;
    this.preprocessing = preprocessing;
    this.labels = labels;
  }

  /**
   * Decides whether a candidate is better than the champion.
   *
   * @param candidate the candidate's session; the caller closes it
   * @return the verdict
   * @throws org.apache.kafka.common.KafkaException if the control topic cannot be read
   */
  public Verdict judge(ModelSession candidate) {
    Answers answers = Answers.of(candidate, images);
    Optional<Champion> champion = alias.read();
    if (champion.isEmpty()) {
      return new Verdict(
          true, "nothing serves yet", images.size(), answers.accuracy(), null, null, 0, 0, 1);
    }
    int version = champion.get().version();
    if (!repository.versions(model).contains(version)) {
      return incomparable(answers, version, "is not in the repository " + repository.place());
    }
    ModelVersion serving = repository.version(model, version);
    if (!answersTheSame(serving)) {
      return incomparable(answers, version, "has another preprocessing or other classes");
    }
    return compare(answers, version, answersOf(serving));
  }

  private boolean answersTheSame(ModelVersion serving) {
    Preprocessing other = serving.manifest().preprocessing();
    return other.size().equals(preprocessing.size())
        && other.resize() == preprocessing.resize()
        && other.fit() == preprocessing.fit()
        && other.interpolation() == preprocessing.interpolation()
        && other.exif() == preprocessing.exif()
        && serving.labels().equals(labels);
  }

  private Verdict incomparable(Answers answers, int version, String why) {
    return new Verdict(
        false,
        "version " + version + " serves, but " + why + "; promote its successor by hand",
        answers.size(),
        answers.accuracy(),
        version,
        null,
        0,
        0,
        1);
  }

  private Answers answersOf(ModelVersion serving) {
    if (!Objects.equals(known, serving.version())) {
      try (ModelSession session = runtime.open(serving, Device.CPU)) {
        ofKnown = Answers.of(session, images);
        known = serving.version();
      }
    }
    return ofKnown;
  }

  private Verdict compare(Answers candidate, int version, Answers champion) {
    int gained = candidate.notIn(champion);
    int lost = champion.notIn(candidate);
    double points = 100 * (candidate.accuracy() - champion.accuracy());
    double p = McNemar.oneSided(gained, lost);
    boolean better = points >= margin && gained > lost;
    boolean significant = p < Gate.SIGNIFICANCE;
    String found =
        String.format(
            Locale.ROOT,
            "%+.2f points against version %d (p %.3g)%s",
            points,
            version,
            p,
            better && significant
                ? ""
                : better
                    ? ", which may be chance"
                    : String.format(Locale.ROOT, "; %.2f are required", margin));
    return new Verdict(
        better && significant,
        found,
        candidate.size(),
        candidate.accuracy(),
        version,
        champion.accuracy(),
        gained,
        lost,
        p);
  }

  /**
   * Makes every instance of the topology serve a blessed version. If a champion exists, the gate
   * only blesses versions with the champion's image size, resize and classes.
   *
   * @param version the blessed version
   * @param verdict the version's verdict
   * @throws OutdatedVerdictException if another version was promoted since the verdict; nothing is
   *     written then
   * @throws dev.millrace.control.ConcurrentChangeException if another writer promotes at the same
   *     moment
   * @throws org.apache.kafka.common.KafkaException if the control topic cannot be written
   */
  public void promote(ModelVersion version, Verdict verdict) {
    alias.change(
        before -> {
          Integer serving = before.map(Champion::version).orElse(null);
          if (!Objects.equals(serving, verdict.champion())) {
            throw new OutdatedVerdictException(version, verdict.champion(), serving);
          }
          return new Champion(version.version(), serving, false, version.sha256());
        });
  }
}
