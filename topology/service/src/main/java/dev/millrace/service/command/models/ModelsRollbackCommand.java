package dev.millrace.service.command.models;

import dev.millrace.control.Champion;
import dev.millrace.service.command.help.Examples;
import dev.millrace.service.command.lifecycle.ExitCode;
import dev.millrace.service.command.options.KafkaOptions;
import dev.millrace.service.command.options.ModelOption;
import dev.millrace.service.promotion.Promotion;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code millrace models rollback}. */
@Command(
    name = "rollback",
    description = "Make every instance serve the previously promoted version.",
    footerHeading = Examples.HEADING,
    footer = {"  millrace models rollback --model fashion"})
final class ModelsRollbackCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private ModelOption model;

  @Mixin private KafkaOptions kafka;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    Promotion promotion =
        new Promotion(model.repository(), model.name(), ModelTrial.usual()::check);
    AtomicReference<Champion> before = new AtomicReference<>();
    Champion champion =
        Champions.of(kafka)
            .change(
                model.name(),
                now -> {
                  now.ifPresent(before::set);
                  return promotion.rolledBack(now);
                });
    Champions.print(spec, json, model.name(), champion);
    warnOf(promotion.lostClasses(before.get(), champion), before.get());
    return ExitCode.DONE;
  }

  private void warnOf(List<String> lost, Champion before) {
    if (!lost.isEmpty()) {
      PrintWriter err = spec.commandLine().getErr();
      err.println(
          spec.qualifiedName()
              + ": predictions no longer have these classes of version "
              + before.version()
              + ": "
              + String.join(", ", lost));
      err.flush();
    }
  }
}
