package dev.millrace.trainer.pretrain;

import dev.millrace.core.training.DivergedException;
import dev.millrace.core.training.Optimization;
import dev.millrace.core.training.OtherOptionsException;
import dev.millrace.core.training.PretrainingConfig;
import dev.millrace.core.training.PretrainingListener;
import dev.millrace.core.training.PretrainingMethod;
import dev.millrace.core.training.PretrainingReport;
import dev.millrace.core.training.RotationPrediction;
import dev.millrace.core.training.TrainingException;
import dev.millrace.trainer.run.RunFolder;
import dev.millrace.trainer.run.RunOptions;
import dev.millrace.trainer.torch.EncoderNetwork;
import dev.millrace.trainer.torch.TorchMemory;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * One pre-training on a fixed set of images. After each epoch, the encoder's file is replaced, and
 * then the state is saved. The state is also saved when the run is stopped. Confined to one thread.
 */
public final class PretrainingRun {

  private final PretrainingConfig config;
  private final UnlabelledImages images;
  private final PretrainingListener listener;
  private final BooleanSupplier stop;
  private final LongSupplier nanoTime;
  private final RunFolder<PretrainingState> folder;
  private final EncoderWriter writer;
  private PretrainingState state;

  /**
   * Creates a run, or resumes the run in the folder.
   *
   * @param config the configuration
   * @param images the images
   * @param listener receives the run's events, on the thread that calls {@link #run}
   * @param stop called before each image is decoded and before each step; if it returns true, the
   *     run stops
   * @param nanoTime the clock, in ns, for example {@link System#nanoTime}
   * @throws TrainingException if the run's folder cannot be used
   */
  public PretrainingRun(
      PretrainingConfig config,
      UnlabelledImages images,
      PretrainingListener listener,
      BooleanSupplier stop,
      LongSupplier nanoTime) {
    this.config = config;
    this.images = images;
    this.listener = listener;
    this.stop = stop;
    this.nanoTime = nanoTime;
    this.folder = new RunFolder<>(config.run(), PretrainingState.class);
    this.writer = new EncoderWriter(config, images);
  }

  /**
   * Trains until the last step, or until {@code stop} returns true. If the run in the folder is
   * already complete, writes the encoder's file again.
   *
   * @param name the run's name if it is a new run; a resumed run keeps its name
   * @return true if the last step is done; false if the run was stopped before
   * @throws TrainingException if the run cannot begin or continue
   */
  public boolean run(String name) {
    return TorchMemory.explained(() -> train(name));
  }

  private boolean train(String name) {
    Optional<PretrainingState> before = folder.state();
    before.ifPresent(this::requireSameOptions);
    state = before.orElseGet(() -> PretrainingState.initial(name, writer.options()));
    Optional<PretrainingSet> decoded = PretrainingSet.of(images, config, listener, stop);
    if (decoded.isEmpty()) {
      return false;
    }
    try (PretrainingSet set = decoded.get();
        Pretext pretext = pretext(set)) {
      EncoderNetwork network = pretext.network();
      int batches = pretext.batches();
      before.ifPresent(saved -> network.restore(folder.tensors(saved), done(batches)));
      if (set.judge().isEmpty()) {
        listener.warned(
            "the accuracy of the nearest neighbours is left out, because the images have no"
                + " classes; it needs images in at least two subfolders, one per class");
      }
      listener.began(
          state.run(),
          pretext.size(),
          set.judge().map(FeatureJudge::size).orElse(0),
          done(batches),
          (long) config.optimization().epochs() * batches);
      if (before.isEmpty() && set.judge().isPresent()) {
        FeatureJudge judge = set.judge().get();
        BatchNorms.estimate(network, set.statistics()::forEachBatch);
        listener.untrained(judge.judge(network::features), judge.size());
      }
      if (state.epoch() == config.optimization().epochs()) {
        write(network);
      }
      while (state.epoch() < config.optimization().epochs()) {
        if (!epoch(pretext, set)) {
          folder.save(state, network.state());
          return false;
        }
      }
      return true;
    }
  }

  private long done(int batches) {
    return (long) state.epoch() * batches + state.batch();
  }

  private Pretext pretext(PretrainingSet set) {
    return config.method() instanceof RotationPrediction rotation
        ? new RotationPretext(config, rotation, set)
        : new SimilarityPretext(
            config,
            (PretrainingMethod.Similarity) config.method(),
            set.images(),
            folder.toString(),
            listener);
  }

  private void requireSameOptions(PretrainingState saved) {
    writer
        .options()
        .forEach(
            (key, value) -> {
              String before = RunOptions.before(saved.options(), key, value);
              if (!value.equals(before)) {
                throw new OtherOptionsException(folder.toString(), key, before, value);
              }
            });
  }

  /**
   * Runs the current epoch from its next batch to its end. Returns false if the run was stopped.
   */
  private boolean epoch(Pretext pretext, PretrainingSet set) {
    Optimization optimization = config.optimization();
    EncoderNetwork network = pretext.network();
    int batches = pretext.batches();
    int batchSize = pretext.batchSize();
    int first = state.batch();
    long start = nanoTime.getAsLong();
    double rate = 0;
    while (state.batch() < batches) {
      if (stop.getAsBoolean()) {
        return false;
      }
      long done = done(batches);
      rate = optimization.rateAt(done, (long) optimization.epochs() * batches);
      Pretext.Step step = pretext.step(state.epoch(), state.batch(), rate);
      if (!Double.isFinite(step.loss())) {
        throw new DivergedException(
            done + 1, step.loss(), optimization.learningRate().peak(), folder.toString());
      }
      state = state.stepped(step.loss(), step.spread());
      listener.stepped(done + 1, batchSize, step.loss());
    }
    double seconds = (nanoTime.getAsLong() - start) / 1e9;
    Pretext.Measure measure = pretext.measure(state.epoch() + 1, state.spreadSum() / batches);
    // The encoder is used on whole, upright images, so its statistics belong to these images.
    BatchNorms.estimate(network, set.statistics()::forEachBatch);
    PretrainingReport report =
        new PretrainingReport(
            state.epoch() + 1,
            rate,
            state.lossSum() / batches,
            measure.spread(),
            measure.rotations(),
            measure.rotated(),
            set.judge().map(judge -> judge.judge(network::features)).orElse(null),
            set.judge().map(FeatureJudge::size).orElse(0),
            (batches - first) * batchSize / seconds);
    state = state.ended(report);
    listener.epochEnded(report);
    write(network);
    folder.save(state, network.state());
    return true;
  }

  private void write(EncoderNetwork network) {
    writer.write(network.encoder(), state.last());
    listener.written(config.output(), state.epoch());
  }
}
