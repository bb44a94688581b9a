package dev.millrace.service.command.train;

import dev.millrace.control.KafkaAccess;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Device;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.training.Checkpoints;
import dev.millrace.core.training.Gate;
import dev.millrace.core.training.Trainer;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.service.command.cluster.Cluster;
import dev.millrace.service.command.lifecycle.CommandException;
import dev.millrace.service.command.lifecycle.LongRunning;
import dev.millrace.service.command.lifecycle.OtherProcess;
import dev.millrace.service.command.lifecycle.StopSignal;
import dev.millrace.service.command.options.KafkaOptions;
import dev.millrace.service.command.options.ModelOption;
import dev.millrace.service.serve.ControlTopicCheck;
import dev.millrace.service.serve.TopicCreation;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
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
import picocli.CommandLine.Spec;

/** {@code millrace train}. */
@Command(
    name = "train",
    description = {
      "Train a residual network, and publish checkpoints of it as versions of a model.",
      "From a folder of folders, one a class (--data), or for ever from a topic of images and one of"
          + " labels. A run that was interrupted goes on where it was when the same command is given"
          + " again."
    })
public final class TrainCommand implements Callable<Integer>, LongRunning {

  @Spec private CommandSpec spec;

  @Mixin private DataOptions data;

  @Mixin private KafkaOptions kafka;

  @Mixin private ModelOption model;

  @Mixin private TrainedNetworkOptions network;

  @Mixin private OptimizationOptions optimization;

  @Mixin private TransferOptions transfer;

  @Option(
      names = "--run",
      paramLabel = "DIR",
      description =
          "Where the run keeps its state and its curve (default: millrace-data/training/MODEL). A file"
              + " named 'export' that is put there asks for a checkpoint.")
  private Path run;

  @Option(
      names = "--export-every",
      paramLabel = "SECONDS",
      description = "How often a checkpoint is published (default: after every epoch).")
  private Integer exportEvery;

  @Option(
      names = "--promote-if-better",
      paramLabel = "POINTS",
      description = {
        "Promote a checkpoint that beats the version that serves by so many points of accuracy, and"
            + " not by chance (p < 0.05), on the images held out, for example 0.2."
      })
  private Double promoteIfBetter;

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      description = "cpu, or cuda:N (default: ${DEFAULT-VALUE}).")
  private String device = Device.CPU.toString();

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Cores to compute on (default: all with --data, else half of them).")
  private Integer threads;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Of all that is random (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--parent",
      paramLabel = "PID",
      hidden = true,
      description = "Stop when this process has ended; the demo starts its trainer with it.")
  private Long parent;

  @Option(names = "--json", description = "Tell what happens as JSON, one object a line.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    Trainer trainer =
        ServiceLoader.load(Trainer.class)
            .findFirst()
            .orElseThrow(
                () ->
                    new CommandException(
                        "the trainer is not on the class path; start it with the launcher 'millrace'"));
    TrainingConfig config = config();
    data.createTopics(kafka);
    if (promoteIfBetter != null) {
      createControlTopic();
    }
    try (StopSignal stop = StopSignal.listenUntilClosed(this::sayThatTheStepGoesOn);
        TrainingScreen screen = new TrainingScreen(spec.commandLine(), json, config)) {
      if (parent != null) {
        OtherProcess.onExit(parent, stop::request);
      }
      trainer.train(config, screen, stop::isRequested);
      return screen.conclude(stop.isRequested());
    }
  }

  private void sayThatTheStepGoesOn() {
    PrintWriter err = spec.commandLine().getErr();
    err.println(spec.qualifiedName() + ": waits for the current step to end, then saves and stops");
    err.flush();
  }

  private TrainingConfig config() {
    ResNet chosen = network.network();
    Preprocessing preprocessing = network.preprocessing();
    Path home = run == null ? Path.of("millrace-data", "training", model.name()) : run;
    return new TrainingConfig(
        chosen,
        preprocessing,
        data.data(spec, kafka, home),
        optimization.optimization(),
        optimization.augmentation(),
        transfer.pretrained(model),
        seed,
        new Checkpoints(
            model.repository().root(),
            model.name(),
            home,
            Optional.ofNullable(exportEvery).map(Duration::ofSeconds),
            gate()),
        Device.parse(device),
        threads == null ? data.usualThreads() : threads);
  }

  private Optional<Gate> gate() {
    if (promoteIfBetter == null) {
      return Optional.empty();
    }
    // The control topic's consumer and producer are both made of the keys that all clients know.
    return Optional.of(new Gate(promoteIfBetter, new KafkaAccess(kafka.admin())));
  }

  /** Its logger is not the command's: commands are made before the level is known. */
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
