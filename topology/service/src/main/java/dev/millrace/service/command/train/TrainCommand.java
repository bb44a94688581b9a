package dev.millrace.service.command.train;

import dev.millrace.control.StatusTopic;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.training.Checkpoints;
import dev.millrace.core.training.Precision;
import dev.millrace.core.training.Trainer;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.training.TrainingData;
import dev.millrace.core.training.TrainingListener;
import dev.millrace.onnx.quantize.Quantizer;
import dev.millrace.service.command.cluster.Cluster;
import dev.millrace.service.command.help.Examples;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.lifecycle.CommandException;
import dev.millrace.service.command.lifecycle.LongRunning;
import dev.millrace.service.command.lifecycle.OtherProcess;
import dev.millrace.service.command.lifecycle.StopSignal;
import dev.millrace.service.command.options.KafkaOptions;
import dev.millrace.service.command.options.LowerCaseNames;
import dev.millrace.service.command.options.ModelOption;
import dev.millrace.service.command.output.Terminal;
import dev.millrace.service.serve.ControlTopicCheck;
import dev.millrace.service.serve.TopicCreation;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command {@code millrace train}. */
@Command(
    name = "train",
    description = {
      "Train a network and publish checkpoints as model versions.",
      "Trains on a folder of images (--data), or continuously on a topic of images and a"
          + " topic of labels (--labels-topic). To continue an interrupted run, run the same"
          + " command again."
    },
    subcommands = TrainForgetCommand.class,
    footerHeading = Examples.HEADING,
    footer = {
      "  millrace train --data millrace-data/sample/images --size 28 --model fashion",
      "  millrace train --labels-topic labels --model fashion --promote-if-better 0.2",
      "  millrace train --data labelled --model cats --from-encoder cats.safetensors",
      "  millrace train --reproduce fashion/3"
    })
public final class TrainCommand implements Callable<Integer>, LongRunning {

  @Spec private CommandSpec spec;

  @Mixin private DataOptions data;

  @Mixin private KafkaOptions kafka;

  @Mixin private ModelOption model;

  @Mixin private TrainedNetworkOptions network;

  @Mixin private RecipeOptions recipe;

  @Mixin private TransferOptions transfer;

  @Mixin private GateOptions gate;

  @Mixin private ComputeOptions compute;

  @Grouped(Section.RUN)
  @Option(
      names = "--run",
      paramLabel = "DIR",
      scope = ScopeType.INHERIT,
      description =
          "Folder for the run's state and learning curve (default:"
              + " millrace-data/training/MODEL). Create a file named 'export' in this folder to"
              + " request a checkpoint.")
  private Path run;

  @Grouped(Section.RUN)
  @Option(
      names = "--export-every",
      paramLabel = "SECONDS",
      description =
          "Also publish checkpoints during the training, with this time between two of them, in"
              + " seconds (default: only at the end).")
  private Integer exportEvery;

  @Grouped(Section.RUN)
  @Option(
      names = "--keep",
      paramLabel = "N",
      description =
          "Number of epochs to publish at the end: those with the highest accuracy on held-out"
              + " images, the best one last (default: ${DEFAULT-VALUE}). This choice makes their"
              + " accuracy on these images slightly too high. Not with --promote-if-better, which"
              + " publishes the last epoch.")
  private int keep = Checkpoints.KEEP;

  @Grouped(Section.RUN)
  @Option(
      names = "--precision",
      paramLabel = "PRECISION",
      completionCandidates = Precisions.class,
      description =
          "Numbers that the published checkpoints compute with: ${COMPLETION-CANDIDATES} (default:"
              + " ${DEFAULT-VALUE}). With int8, an int8 version follows each float32 version, if it"
              + " loses at most "
              + Quantizer.Settings.MAX_LOSS
              + " percentage points of accuracy on held-out images. It takes the place of the"
              + " float32 version at the gate.")
  private Precision precision = Precision.FLOAT32;

  @Grouped(Section.RUN)
  @Option(
      names = "--reproduce",
      paramLabel = "MODEL/VERSION",
      preprocessor = ReproducedModel.class,
      description =
          "Train a version again, with the options in its manifest, and say whether the model file"
              + " has the same bytes. Publishes nothing. Only a training on one thread can be"
              + " repeated. If the images have moved, name their folder with --data. Options of the"
              + " training cannot be given, because the manifest holds them.")
  private String reproduce;

  @Option(
      names = "--parent",
      paramLabel = "PID",
      hidden = true,
      description = "Stop when this process ends. The demo sets this option for its trainer.")
  private Long parent;

  @Grouped(Section.RUN)
  @Option(names = "--json", description = "Print each event as one line of JSON.")
  private boolean json;

  /** The allowed values of {@code --precision}. */
  static final class Precisions extends LowerCaseNames {
    Precisions() {
      super(Precision.class);
    }
  }

  @Override
  public Integer call() throws InterruptedException {
    if (reproduce != null) {
      return reproduce();
    }
    model.repository().requireWritable();
    data.requireEffects(new Given(spec));
    gate.requireEffects(new Given(spec), data.folder().isPresent());
    TrainingConfig config = config();
    Trainer trainer = trainer();
    data.createTopics(kafka);
    if (config.checkpoints().gate().isPresent()) {
      createControlTopic();
    }
    try (StopSignal stop = StopSignal.listenUntilClosed(this::sayThatTheStepGoesOn);
        TrainingScreen screen =
            new TrainingScreen(spec.commandLine(), json, config, Terminal.ofThisProcess())) {
      if (parent != null) {
        OtherProcess.onExit(parent, stop::request);
      }
      recipe.recipe().ifPresent(screen::follows);
      return screen.conclude(train(trainer, config, screen, stop));
    }
  }

  /**
   * Trains, and reports to the status topic if the options name a broker.
   *
   * @return true if the last step is done; false if a signal stopped the training before
   */
  private boolean train(
      Trainer trainer, TrainingConfig config, TrainingListener screen, StopSignal stop) {
    boolean hasBroker =
        config.data() instanceof TrainingData.Topics
            || config.checkpoints().gate().isPresent()
            || kafka.isGiven();
    if (!hasBroker) {
      return trainer.train(config, screen, stop::isRequested);
    }
    Logger log = LoggerFactory.getLogger(TrainCommand.class);
    Map<String, Object> producer = kafka.producer(Map.of());
    try (ProgressSender sender =
            new ProgressSender(() -> new StatusTopic(producer), log::warn, System::nanoTime);
        ReportedTraining reported =
            new ReportedTraining(config, screen, sender, System::nanoTime)) {
      return trainer.train(config, reported, stop::isRequested);
    }
  }

  /** {@return the implementation of the trainer} */
  static Trainer trainer() {
    return ServiceLoader.load(Trainer.class)
        .findFirst()
        .orElseThrow(
            () ->
                new CommandException(
                    "the trainer is not on the class path; start it with the launcher 'millrace'"));
  }

  /** {@return the option for the model, which subcommands share} */
  ModelOption model() {
    return model;
  }

  /** {@return the run's folder} */
  Path home() {
    return run == null ? Path.of("millrace-data", "training", model.name()) : run;
  }

  /**
   * Trains a version again in a folder of its own, and compares the bytes of the new version with
   * the bytes of the original version.
   */
  private int reproduce() {
    ReproductionOptions.requireNoOthers(spec);
    ModelVersion original =
        model.repository().version(model.name(), ReproducedModel.version(reproduce));
    Path home =
        run == null
            ? Path.of("millrace-data", "reproduced", original.name() + "-" + original.version())
            : run;
    TrainingConfig config = RecordedTraining.of(original, model, data.folder(), home);
    try (StopSignal stop = StopSignal.listenUntilClosed(this::sayThatTheStepGoesOn);
        TrainingScreen screen =
            new TrainingScreen(spec.commandLine(), json, config, Terminal.ofThisProcess())) {
      Reproduction reproduction = new Reproduction(original, config, screen);
      boolean isFinished =
          trainer().train(config, reproduction, () -> stop.isRequested() || reproduction.isDone());
      if (!isFinished && !reproduction.isDone()) {
        return screen.conclude(false);
      }
      return screen.compare(original, reproduction.repeated());
    }
  }

  /**
   * {@return the training's configuration, which is created from the options} This method first
   * replaces the option for the model and the run's folder by its arguments.
   */
  TrainingConfig config(ModelOption of, Path home) {
    model = of;
    run = home;
    return config();
  }

  private void sayThatTheStepGoesOn() {
    PrintWriter err = spec.commandLine().getErr();
    err.println(spec.qualifiedName() + ": waits for the current step to end, then saves and stops");
    err.flush();
  }

  /** {@return the training's configuration, which is created from the options} */
  TrainingConfig config() {
    Optional<ModelVersion> start = transfer.version(model);
    Optional<Preprocessing> before = start.map(version -> version.manifest().preprocessing());
    ResNet chosen = before.map(network::network).orElseGet(network::network);
    Preprocessing preprocessing =
        before.map(network::preprocessing).orElseGet(network::preprocessing);
    Path home = home();
    TrainingConfig config =
        new TrainingConfig(
            chosen,
            preprocessing,
            data.data(spec, kafka, home),
            recipe.optimization(chosen),
            recipe.augmentation(),
            transfer.pretrained(start, chosen, preprocessing),
            compute.seed(),
            new Checkpoints(
                model.repository(),
                model.name(),
                home,
                Optional.ofNullable(exportEvery).map(Duration::ofSeconds),
                keep,
                gate.gate(kafka),
                precision),
            compute.compute(data.folder().isEmpty()));
    return config.withOptions(RecordedOptions.of(spec, config));
  }

  /**
   * Creates the control topic. The logger is created here, because the log level is not yet set
   * when the command object is created.
   */
  private void createControlTopic() throws InterruptedException {
    Logger log = LoggerFactory.getLogger(TrainCommand.class);
    try (Cluster cluster = Cluster.of(kafka)) {
      cluster.requireBroker();
    }
    try (Admin admin = Admin.create(kafka.admin())) {
      TopicCreation.createControl(admin);
      new ControlTopicCheck(admin, kafka.bootstrapServers(), log::warn).repair();
    }
  }
}
