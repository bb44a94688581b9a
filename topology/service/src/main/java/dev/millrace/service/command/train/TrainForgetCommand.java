package dev.millrace.service.command.train;

import dev.millrace.core.training.ForgottenImage;
import dev.millrace.service.command.help.Examples;
import dev.millrace.service.command.lifecycle.CommandException;
import dev.millrace.service.command.lifecycle.ExitCode;
import dev.millrace.service.command.output.Json;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** The command {@code millrace train forget}. */
@Command(
    name = "forget",
    description = {
      "Remove an image from the images that the trainer keeps.",
      "Prints the versions that were trained on the image and the versions that were made from"
          + " them, because their weights still depend on the image. Stop the trainer first. The"
          + " image stays on its topic."
    },
    footerHeading = Examples.HEADING,
    footer = {"  millrace train forget cats/1.jpg --model fashion"})
final class TrainForgetCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @ParentCommand private TrainCommand train;

  @Parameters(paramLabel = "KEY", description = "Key of the image's record.")
  private String key;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() {
    Path replay = DataOptions.replay(train.home());
    ForgottenImage forgotten =
        TrainCommand.trainer()
            .forget(train.home(), replay, key)
            .orElseThrow(
                () ->
                    new CommandException(
                        replay
                            + " holds no image with the key '"
                            + key
                            + "', and knows no training on one; check the key and --run"));
    List<Integer> versions = versions(forgotten);
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("key", key);
      result.put("versions", versions);
      result.put("copies", forgotten.copies());
      out.println(Json.line(result));
    } else {
      out.println(
          forgotten.held()
              ? "'" + key + "' is removed from " + replay
              : "'" + key + "' was evicted from " + replay + " earlier");
      out.println(
          versions.isEmpty()
              ? "no version was trained on it"
              : "versions that may depend on it: " + list(versions));
      if (!forgotten.copies().isEmpty()) {
        out.println("equal images that are still there: " + list(forgotten.copies()));
      }
    }
    return ExitCode.DONE;
  }

  private List<Integer> versions(ForgottenImage forgotten) {
    return forgotten.trainedAfter().isEmpty()
        ? List.of()
        : DependentVersions.of(
            train.model().repository(), train.model().name(), forgotten.trainedAfter().getAsInt());
  }

  private static String list(List<?> items) {
    return items.stream().map(Object::toString).collect(Collectors.joining(", "));
  }
}
