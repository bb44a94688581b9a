package dev.millrace.service.command.train;

import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.training.Pretrainer;
import dev.millrace.core.training.PretrainingConfig;
import dev.millrace.service.command.help.Examples;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.lifecycle.CommandException;
import dev.millrace.service.command.lifecycle.LongRunning;
import dev.millrace.service.command.lifecycle.StopSignal;
import dev.millrace.service.command.options.KafkaOptions;
import dev.millrace.service.command.output.Terminal;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code millrace pretrain}. */
@Command(
    name = "pretrain",
    description = {
      "Train an encoder on images without labels.",
      "'millrace train --from-encoder' then needs fewer labelled images. The method is SimSiam (Chen"
          + " and He, 2021): the encoder learns to give two random views of an image the same"
          + " output. With --method rotation, it learns to predict by which angle an image was"
          + " rotated (Gidaris et al., 2018). To continue an interrupted run, run the same command"
          + " again."
    },
    footerHeading = Examples.HEADING,
    footer = {
      "  millrace pretrain --data photos --output cats.safetensors",
      "  millrace pretrain --images-topic images --images 20000 --epochs 50",
      "  millrace pretrain --data letters --no-flip --crop-area 0.5",
      "  millrace pretrain --data photos --method rotation"
    })
public final class PretrainCommand implements Callable<Integer>, LongRunning {

  @Spec private CommandSpec spec;

  @Mixin private PretrainingDataOptions data;

  @Mixin private KafkaOptions kafka;

  @Mixin private TrainedNetworkOptions network;

  @Mixin private PretrainingMethodOptions method;

  @Mixin private ComputeOptions compute;

  @Grouped(Section.RUN)
  @Option(
      names = "--run",
      paramLabel = "DIR",
      description = "Folder for the run's state (default: millrace-data/pretraining/ARCH).")
  private Path run;

  @Grouped(Section.RUN)
  @Option(
      names = "--output",
      paramLabel = "FILE",
      description =
          "Encoder's file, in the safetensors format. Replaced after each epoch (default:"
              + " encoder.safetensors in the run's folder).")
  private Path output;

  @Grouped(Section.RUN)
  @Option(names = "--json", description = "Print each event as one line of JSON.")
  private boolean json;

  @Override
  public Integer call() {
    PretrainingConfig config = config();
    Pretrainer pretrainer =
        ServiceLoader.load(Pretrainer.class)
            .findFirst()
            .orElseThrow(
                () ->
                    new CommandException(
                        "the trainer is not on the class path; start it with the launcher"
                            + " 'millrace'"));
    try (StopSignal stop = StopSignal.listenUntilClosed(this::sayThatTheStepGoesOn);
        PretrainingScreen screen =
            new PretrainingScreen(spec.commandLine(), json, config, Terminal.ofThisProcess())) {
      return screen.conclude(pretrainer.pretrain(config, screen, stop::isRequested));
    }
  }

  private void sayThatTheStepGoesOn() {
    PrintWriter err = spec.commandLine().getErr();
    err.println(spec.qualifiedName() + ": waits for the current step to end, then saves and stops");
    err.flush();
  }

  /** {@return the pre-training's configuration, which is created from the options} */
  PretrainingConfig config() {
    ResNet chosen = network.network();
    Path home = run == null ? Path.of("millrace-data", "pretraining", chosen.name()) : run;
    return new PretrainingConfig(
        chosen,
        network.preprocessing(),
        data.data(spec, kafka),
        method.method(chosen, spec),
        method.optimization(chosen),
        compute.seed(),
        home,
        output == null ? home.resolve("encoder.safetensors") : output,
        compute.compute(data.isTopic()));
  }
}
