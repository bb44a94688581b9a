package dev.millrace.trainer.run;

import dev.millrace.core.resnet.HeInitialization;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.training.EpochReport;
import dev.millrace.core.training.Optimization;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.training.TrainingException;
import dev.millrace.core.training.TrainingListener;
import dev.millrace.core.weights.Weights;
import dev.millrace.trainer.data.EvaluationSet;
import dev.millrace.trainer.data.LabelledImages;
import dev.millrace.trainer.data.MiniBatch;
import dev.millrace.trainer.torch.TorchNetwork;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * One training on images that stay what they are: initialise, or transfer; then forward,
 * cross-entropy, backward and a step of stochastic gradient descent, batch after batch, epoch after
 * epoch (He et al., "Deep Residual Learning for Image Recognition", 2015).
 *
 * <p>Everything follows from the configuration and the images: the state that is saved, after every
 * epoch and checkpoint, every half minute and at a stop, is the weights, their momentum and the
 * number of the next batch. For one thread.
 */
public final class TrainingRun {

  private static final long SAVE_NANOS = Duration.ofSeconds(30).toNanos();

  private final TrainingConfig config;
  private final ResNet network;
  private final LabelledImages labelled;
  private final TrainingListener listener;
  private final BooleanSupplier stop;
  private final LongSupplier nanoTime;
  private final RunFolder folder;

  private String run;
  private int epoch;
  private int batch;
  private double lossSum;
  private long right;
  private final List<EpochReport> history = new ArrayList<>();
  private long savedAt;
  private long exportedAt;

  /**
   * @param nanoTime the clock, as {@link System#nanoTime}
   */
  public TrainingRun(
      TrainingConfig config,
      LabelledImages labelled,
      TrainingListener listener,
      BooleanSupplier stop,
      LongSupplier nanoTime) {
    this.config = config;
    this.network = config.network().withClasses(labelled.labels().size());
    this.labelled = labelled;
    this.listener = listener;
    this.stop = stop;
    this.nanoTime = nanoTime;
    this.folder = new RunFolder(config.checkpoints().run());
  }

  /**
   * Trains to the end, or to the stop.
   *
   * @param name what a new run is called
   * @return the weights, if it came to its end
   * @throws TrainingException if it cannot begin or go on
   */
  public Optional<Weights> run(String name) {
    Optional<RunState> before = folder.state().filter(state -> !state.finished());
    before.ifPresent(this::requireSameOptions);
    try (TrainingImages images = TrainingImages.of(labelled, config);
        CheckpointWriter checkpoints = new CheckpointWriter(config, network, images, listener);
        TorchNetwork trained = network(before)) {
      run = before.map(RunState::run).orElse(name);
      before.ifPresent(state -> goOn(state, trained));
      int batches = images.training().batches();
      listener.began(
          run,
          images.training().size(),
          images.gate().size() + images.report().size(),
          (long) epoch * batches + batch,
          (long) config.optimization().epochs() * batches);
      savedAt = nanoTime.getAsLong();
      exportedAt = savedAt;
      while (epoch < config.optimization().epochs()) {
        if (!epoch(trained, images, checkpoints)) {
          save(trained, false);
          return Optional.empty();
        }
      }
      save(trained, true);
      return Optional.of(trained.weights());
    }
  }

  private TorchNetwork network(Optional<RunState> before) {
    Weights start =
        config
            .pretrained()
            .map(from -> Transfer.to(network, from.weights(), config.seed()))
            .orElseGet(() -> HeInitialization.of(network, config.seed()));
    return new TorchNetwork(
        network,
        before.map(state -> folder.tensors(state).weights()).orElse(start),
        config.pretrained().map(from -> from.freeze()).orElse(List.of()),
        config.preprocessing(),
        config.device(),
        config.threads());
  }

  private void goOn(RunState state, TorchNetwork trained) {
    RunFolder.Tensors tensors = folder.tensors(state);
    trained.restore(tensors.weights(), tensors.momentum());
    epoch = state.epoch();
    batch = state.batch();
    lossSum = state.lossSum();
    right = state.right();
    history.addAll(state.history());
  }

  private void requireSameOptions(RunState state) {
    RunOptions.of(config, labelled)
        .forEach(
            (key, value) -> {
              String before = state.options().get(key);
              if (!value.equals(before)) {
                throw new TrainingException(
                    folder
                        + " holds a run that was interrupted, with another "
                        + key
                        + " ("
                        + before
                        + ", now "
                        + value
                        + "); finish it as it was begun, name another folder with --run, or remove"
                        + " this one");
              }
            });
  }

  /** One epoch, from where it was left; false if it was stopped. */
  private boolean epoch(TorchNetwork trained, TrainingImages images, CheckpointWriter checkpoints) {
    Optimization optimization = config.optimization();
    int batches = images.training().batches();
    long steps = (long) optimization.epochs() * batches;
    long start = nanoTime.getAsLong();
    int first = batch;
    double rate = 0;
    for (; batch < batches; batch++) {
      if (stop.getAsBoolean()) {
        return false;
      }
      saveAndExport(trained, checkpoints);
      long done = (long) epoch * batches + batch;
      rate = optimization.learningRate(done, steps);
      MiniBatch current = images.training().batch(epoch, batch);
      TorchNetwork.Step step = trained.step(current, optimization, rate);
      if (!Double.isFinite(step.loss())) {
        throw new TrainingException(
            "the loss of step "
                + (done + 1)
                + " is "
                + step.loss()
                + ": the training has diverged, and nothing of it is published. Take a lower"
                + " --learning-rate than "
                + optimization.learningRate()
                + ", and remove "
                + folder);
      }
      lossSum += step.loss();
      right += step.right();
      listener.stepped(done + 1, current.size(), step.loss());
    }
    double seconds = (nanoTime.getAsLong() - start) / 1e9;
    int trainedOn = (batches - first) * images.training().batchSize();
    endEpoch(trained, images, rate, trainedOn / seconds);
    if (config.checkpoints().every().isEmpty() || epoch == optimization.epochs()) {
      export(trained, checkpoints); // before it is saved: killed in between, it is exported again
    }
    save(trained, false);
    return true;
  }

  private void endEpoch(
      TorchNetwork trained, TrainingImages images, double rate, double imagesPerSecond) {
    int batches = images.training().batches();
    int trainedOn = batches * images.training().batchSize();
    HeldOut heldOut = HeldOut.of(trained, images.gate(), network.classes());
    EpochReport report =
        new EpochReport(
            epoch + 1,
            rate,
            lossSum / batches,
            (double) right / trainedOn,
            heldOut.loss(),
            heldOut.accuracy(),
            imagesPerSecond);
    history.add(report);
    folder.draw(Curve.of(network + ", " + run, history));
    listener.epochEnded(report);
    epoch++;
    batch = 0;
    lossSum = 0;
    right = 0;
  }

  /** What the held-out images say of the network itself. */
  private record HeldOut(double loss, double accuracy) {

    static HeldOut of(TorchNetwork trained, EvaluationSet images, int classes) {
      double[] sums = new double[2];
      images.forEachBatch(
          some -> {
            FloatBuffer probabilities = trained.probabilities(some);
            for (int i = 0; i < some.size(); i++) {
              int label = some.labels()[i];
              float own = probabilities.get(i * classes + label);
              boolean largest = true;
              for (int other = 0; other < classes; other++) {
                largest &= other == label || probabilities.get(i * classes + other) < own;
              }
              sums[0] -= Math.log(Math.max(own, Float.MIN_NORMAL));
              sums[1] += largest ? 1 : 0;
            }
          });
      return new HeldOut(sums[0] / images.size(), sums[1] / images.size());
    }
  }

  private void saveAndExport(TorchNetwork trained, CheckpointWriter checkpoints) {
    long now = nanoTime.getAsLong();
    if (now - savedAt >= SAVE_NANOS) {
      save(trained, false);
    }
    boolean due =
        config
            .checkpoints()
            .every()
            .map(every -> now - exportedAt >= every.toNanos())
            .orElse(false);
    if (due || folder.takeDemand()) {
      export(trained, checkpoints);
      save(trained, false);
    }
  }

  private void export(TorchNetwork trained, CheckpointWriter checkpoints) {
    Map<String, Double> progress = new LinkedHashMap<>();
    progress.put("epoch", (double) epoch);
    progress.put("batch", (double) batch);
    if (!history.isEmpty()) {
      EpochReport last = history.get(history.size() - 1);
      progress.put("train_loss", last.loss());
      progress.put("train_accuracy", last.accuracy());
      progress.put("held_out_loss", last.heldOutLoss());
      progress.put("held_out_accuracy", last.heldOutAccuracy());
    }
    checkpoints.write(trained, run, progress);
    exportedAt = nanoTime.getAsLong();
  }

  private void save(TorchNetwork trained, boolean finished) {
    folder.save(
        new RunState(
            run,
            RunOptions.of(config, labelled),
            epoch,
            batch,
            lossSum,
            right,
            history,
            RunFolder.tensorsOf(epoch, batch),
            finished),
        new RunFolder.Tensors(trained.weights(), trained.momentum()));
    savedAt = nanoTime.getAsLong();
  }
}
