package dev.millrace.trainer.gate;

import dev.millrace.control.Champion;
import dev.millrace.control.KafkaAccess;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Device;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.repository.RemoteAwayException;
import dev.millrace.core.runtime.ModelRuntime;
import dev.millrace.core.runtime.ModelSession;
import dev.millrace.core.training.Gate;
import dev.millrace.core.training.Verdict;
import dev.millrace.onnx.OnnxModelRuntime;
import dev.millrace.trainer.data.EvaluationSet;
import dev.millrace.trainer.data.PublishedClasses;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Compares each candidate with the champion, which is the promoted version. Both versions classify
 * the same images, which {@link Rotation} selects. The versions run in ONNX Runtime, as in the
 * topology. {@code RATIONALE.md} explains the statistics. Confined to one thread.
 */
public final class PromotionGate implements AutoCloseable {

  static final String NEXT = "this run promotes nothing more, but the next run or round can";

  private final PromotionRule rule;
  private final ChampionAlias alias;
  private final ModelRuntime runtime;
  private final ModelRepository repository;
  private final String model;
  private final EvaluationSet images;
  private final Preprocessing preprocessing;
  private final Labels labels;
  private final Optional<GoldenSet> golden;
  private final PastRounds past;

  /** The champion with which the run began; empty before {@link #begin}. */
  private Optional<BaseChampion> base = Optional.empty();

  /**
   * Creates a gate.
   *
   * @param gate the rule, and the broker with the control topic
   * @param repository the model repository
   * @param model the model's name
   * @param images the images to choose from for each comparison, which no training step sees
   * @param preprocessing the preprocessing of the images
   * @param labels names of the images' classes
   * @param warnings receives a warning for each manifest that cannot be used
   * @throws dev.millrace.core.training.TrainingException if the golden set cannot be read
   */
  public PromotionGate(
      Gate gate,
      ModelRepository repository,
      String model,
      EvaluationSet images,
      Preprocessing preprocessing,
      Labels labels,
      Consumer<String> warnings) {
    this(
        new PromotionRule(gate.margin(), gate.minAccuracy(), gate.maxGrowthLoss()),
        new KafkaChampionAlias(KafkaAccess.keysOf(gate.broker()), model),
        new OnnxModelRuntime(),
        repository,
        model,
        images,
        preprocessing,
        labels,
        gate.golden().map(set -> GoldenSet.open(set, preprocessing, labels)),
        warnings);
  }

  PromotionGate(
      PromotionRule rule,
      ChampionAlias alias,
      ModelRuntime runtime,
      ModelRepository repository,
      String model,
      EvaluationSet images,
      Preprocessing preprocessing,
      Labels labels,
      Optional<GoldenSet> golden,
      Consumer<String> warnings) {
    this.rule = rule;
    this.alias = alias;
    this.runtime = runtime;
    this.repository = repository;
    this.model = model;
    this.images = images;
    this.preprocessing = preprocessing;
    this.labels = labels;
    this.golden = golden;
    this.past = new PastRounds(repository, model, warnings);
  }

  /**
   * {@return the current champion}
   *
   * @throws org.apache.kafka.common.KafkaException if the control topic cannot be read
   */
  BaseChampion read() {
    return BaseChampion.of(alias.read());
  }

  /**
   * Remembers the champion with which the run begins. The gate blesses a candidate only if this
   * champion has no obstacle, and no other writer has replaced it. Therefore, no run undoes a
   * rollback that happened after the run began.
   *
   * @param champion the champion, read before the run chose the weights that it starts from
   */
  void begin(BaseChampion champion) {
    base = Optional.of(champion);
  }

  /** {@return the number of images in each comparison} */
  int imagesPerRound() {
    return Rotation.size(images.size());
  }

  /**
   * Decides whether a candidate is better than the champion. If the champion's files are damaged,
   * the candidate is not blessed.
   *
   * @param candidate the candidate's session; the caller closes it
   * @return the verdict
   * @throws ModelException if the repository does not work at the moment
   * @throws org.apache.kafka.common.KafkaException if the control topic cannot be read
   */
  public Verdict judge(ModelSession candidate) {
    Integer version = read().version();
    int round = past.next(version);
    EvaluationSet some = Rotation.of(images, past.before(version), round);
    Answers answers = Answers.of(candidate, some);
    Optional<String> obstacle = base.flatMap(BaseChampion::obstacle);
    if (obstacle.isPresent()) {
      return notJudged(answers, version, serving(version) + ", but " + obstacle.get());
    }
    if (base.isPresent() && !Objects.equals(base.get().version(), version)) {
      return notJudged(
          answers,
          version,
          serving(version)
              + ", because another writer has changed the champion since this run began; "
              + NEXT);
    }
    if (version == null) {
      return rule.first(Pairs.of(answers, Answers.ofMostFrequentClass(some)), round);
    }
    if (!PublishedClasses.versions(repository, model).contains(version)) {
      return incomparable(answers, version, "is not in the repository " + repository.place());
    }
    try {
      return compared(candidate, some, answers, version, round);
    } catch (ModelException e) {
      if (RemoteAwayException.isCauseOf(e)) {
        throw e;
      }
      return incomparable(answers, version, "it cannot be used (" + e.getMessage() + ")");
    }
  }

  private Verdict compared(
      ModelSession candidate, EvaluationSet some, Answers answers, int version, int round) {
    ModelVersion serving = repository.version(model, version);
    if (serving.manifest().independent()) {
      return incomparable(
          answers, version, "has independent classes, and the checkpoint has exclusive ones");
    }
    int known = serving.labels().size();
    if (!readsTheSame(serving)
        || known > labels.size()
        || !serving.labels().names().equals(labels.names().subList(0, known))) {
      return incomparable(answers, version, "has another preprocessing or other classes");
    }
    Verdict verdict =
        hasImagesOfNewClasses(known)
            ? grown(candidate, serving, round)
            : rule.better(Pairs.of(answers, answersOf(serving, some)), version, round);
    return golden
        .filter(set -> verdict.blessed())
        .map(set -> set.judge(verdict, candidate, known, () -> runtime.open(serving, Device.CPU)))
        .orElse(verdict);
  }

  /**
   * {@return whether the gate has an image of a class that the champion does not have} A candidate
   * may also have a new class without images, for example because another trainer has given the
   * class its index. Nothing shows then that the candidate has learned it, so the candidate has to
   * be better on the champion's classes.
   *
   * @param known number of the champion's classes
   */
  private boolean hasImagesOfNewClasses(int known) {
    return Arrays.stream(images.labels()).anyMatch(label -> label >= known);
  }

  /** Compares the versions on all images, because there are only a few images of a new class. */
  private Verdict grown(ModelSession candidate, ModelVersion serving, int round) {
    Answers own = Answers.of(candidate, images);
    Answers other = answersOf(serving, images);
    int[] truth = images.labels();
    int known = serving.labels().size();
    return rule.grown(
        Pairs.of(own.toClasses(truth, known), other.toClasses(truth, known)),
        Pairs.of(own, other),
        serving.version(),
        round);
  }

  private boolean readsTheSame(ModelVersion serving) {
    Preprocessing other = serving.manifest().preprocessing();
    return other.size().equals(preprocessing.size())
        && other.resize() == preprocessing.resize()
        && other.fit() == preprocessing.fit()
        && other.interpolation() == preprocessing.interpolation()
        && other.exif() == preprocessing.exif();
  }

  private static String serving(Integer version) {
    return version == null ? "no version serves" : "version " + version + " serves";
  }

  private static Verdict incomparable(Answers answers, Integer version, String why) {
    return notJudged(
        answers, version, serving(version) + ", but " + why + "; promote its successor by hand");
  }

  private static Verdict notJudged(Answers answers, Integer version, String reason) {
    return new Verdict(
        false, reason, answers.size(), answers.accuracy(), version, null, 0, 0, 1, 0, 0);
  }

  private Answers answersOf(ModelVersion serving, EvaluationSet some) {
    try (ModelSession session = runtime.open(serving, Device.CPU)) {
      return Answers.of(session, some);
    }
  }

  /**
   * Makes every instance of the topology serve a blessed version. If a champion exists, the gate
   * only blesses versions with the champion's image size, resize and classes, with or without new
   * classes after them, and only if the champion's classes are exclusive, too.
   *
   * @param version the blessed version
   * @param verdict the version's verdict
   * @throws OutdatedVerdictException if another version was promoted since the verdict; in this
   *     case, nothing is written
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
    base = base.map(before -> BaseChampion.of(version.version()));
  }

  /** Closes the golden set. */
  @Override
  public void close() {
    golden.ifPresent(GoldenSet::close);
  }
}
