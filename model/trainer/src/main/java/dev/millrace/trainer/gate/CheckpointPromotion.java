package dev.millrace.trainer.gate;

import dev.millrace.control.ConcurrentChangeException;
import dev.millrace.control.StatusTopic;
import dev.millrace.control.SwapReport;
import dev.millrace.core.evaluation.Proportion;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.runtime.InferenceException;
import dev.millrace.core.runtime.ModelSession;
import dev.millrace.core.training.TrainingListener;
import dev.millrace.core.training.Verdict;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.apache.kafka.common.KafkaException;

/**
 * Lets the gate judge each checkpoint, promotes a checkpoint that the gate blesses, and reports the
 * outcome on the status topic. If the broker is unreachable, checkpoints are still published, but
 * they are not promoted and the listener receives a warning. Confined to one thread.
 */
public final class CheckpointPromotion implements AutoCloseable {

  private final PromotionGate gate;
  private final StatusTopic status;
  private final TrainingListener listener;
  private final LongSupplier nanoTime;

  /**
   * Creates a promotion.
   *
   * @param gate the gate; {@link #close} closes it
   * @param status the status topic; {@link #close} closes it
   * @param listener receives verdicts, promotions and warnings
   * @param nanoTime the clock, in ns, for example {@link System#nanoTime}
   */
  public CheckpointPromotion(
      PromotionGate gate, StatusTopic status, TrainingListener listener, LongSupplier nanoTime) {
    this.gate = gate;
    this.status = status;
    this.listener = listener;
    this.nanoTime = nanoTime;
  }

  /**
   * Tells the listener the smallest gain that the gate can tell from chance, and remembers the
   * champion.
   *
   * @param base the champion with which the run begins; if empty, this method reads it
   */
  public void begin(Optional<BaseChampion> base) {
    int images = gate.imagesPerRound();
    listener.gateOpened(images, Spending.smallestGain(images));
    gate.begin(base.orElseGet(this::read));
  }

  private BaseChampion read() {
    try {
      return gate.read();
    } catch (KafkaException e) {
      listener.warned("the champion cannot be read at the moment: " + e.getMessage());
      return BaseChampion.UNKNOWN;
    }
  }

  /**
   * Judges a checkpoint before it is published.
   *
   * @param checkpoint the checkpoint's session; the caller closes it
   * @return the verdict, or empty if the champion cannot be read, or one of the two versions fails
   *     on the images
   */
  public Optional<Verdict> judge(ModelSession checkpoint) {
    try {
      Verdict verdict = gate.judge(checkpoint);
      listener.judged(verdict);
      return Optional.of(verdict);
    } catch (KafkaException e) {
      listener.warned("the champion cannot be read, so nothing is promoted: " + e.getMessage());
      return Optional.empty();
    } catch (InferenceException e) {
      listener.warned(
          "the checkpoint cannot be compared with the champion, so nothing is promoted: "
              + e.getMessage());
      return Optional.empty();
    }
  }

  /**
   * {@return a verdict's figures, under the names that manifests and reports use}
   *
   * @param verdict the verdict
   */
  public static Map<String, Double> figures(Verdict verdict) {
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put("gate_images", (double) verdict.images());
    putShare("gate_accuracy", verdict.accuracy(), verdict.images(), figures);
    figures.put("gate_blessed", verdict.blessed() ? 1.0 : 0.0);
    if (verdict.championAccuracy() != null) {
      figures.put(PastRounds.CHAMPION, (double) verdict.champion());
      putShare("gate_champion_accuracy", verdict.championAccuracy(), verdict.images(), figures);
      figures.put("gate_gained", (double) verdict.gained());
      figures.put("gate_lost", (double) verdict.lost());
      figures.put("gate_p", verdict.p());
    }
    if (verdict.golden() != null) {
      Verdict.Golden golden = verdict.golden();
      figures.put("golden_images", (double) golden.images());
      putShare("golden_accuracy", golden.accuracy(), golden.images(), figures);
      putShare("golden_champion_accuracy", golden.championAccuracy(), golden.images(), figures);
      figures.put("golden_gained", (double) golden.gained());
      figures.put("golden_lost", (double) golden.lost());
      figures.put("golden_loss_bound", golden.bound());
    }
    if (verdict.round() > 0) {
      figures.put(PastRounds.ROUND, (double) verdict.round());
      figures.put("gate_level", verdict.level());
    }
    return figures;
  }

  /** Adds a share of images, and the ends of its 95 % interval if there is an image. */
  private static void putShare(String name, double share, int images, Map<String, Double> figures) {
    figures.put(name, share);
    if (images > 0) {
      Proportion ends = Proportion.ofShare(share, images);
      figures.put(name + "_low", ends.low());
      figures.put(name + "_high", ends.high());
    }
  }

  /**
   * Promotes a checkpoint if its verdict blesses it, and reports the outcome.
   *
   * @param version the published checkpoint
   * @param verdict the checkpoint's verdict
   * @param began the time at which the export started, in ns, read from this object's clock
   */
  public void conclude(ModelVersion version, Verdict verdict, long began) {
    boolean promoted = verdict.blessed() && promote(version, verdict);
    status.publish(
        new SwapReport(
            "trainer",
            version.name(),
            version.version(),
            promoted ? SwapReport.Outcome.BLESSED : SwapReport.Outcome.REFUSED,
            verdict.reason(),
            promoted ? (Integer) version.version() : verdict.champion(),
            (nanoTime.getAsLong() - began) / 1e6,
            figures(verdict)));
  }

  private boolean promote(ModelVersion version, Verdict verdict) {
    try {
      gate.promote(version, verdict);
      listener.promoted(version);
      return true;
    } catch (OutdatedVerdictException | ConcurrentChangeException | KafkaException e) {
      listener.warned(e.getMessage());
      return false;
    }
  }

  @Override
  public void close() {
    gate.close();
    status.close();
  }
}
