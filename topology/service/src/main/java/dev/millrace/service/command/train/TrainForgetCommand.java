package dev.millrace.service.command.train;

import dev.millrace.core.repository.ModelRepository;
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
import java.util.concurrent.atomic.AtomicReference;
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
    ModelRepository repository = train.model().repository();
    AtomicReference<DependentVersions> versions = new AtomicReference<>();
    // The trainer finds the versions before it removes the image. Otherwise, a repository that is
    // away would mean that nobody learns the versions any more.
    ForgottenImage forgotten =
        TrainCommand.trainer()
            .forget(train.home(), replay, key, found -> versions.set(versions(found, repository)))
            .orElseThrow(
                () ->
                    new CommandException(
                        replay
                            + " holds no image with the key '"
                            + key
                            + "', and knows no training on one; check the key and --run"));
    PrintWriter out = spec.commandLine().getOut();
    DependentVersions dependent = versions.get();
    if (json) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("key", key);
      result.put("versions", dependent.numbers());
      result.put("after", dependent.after());
      result.put("newest", dependent.newest());
      result.put("copies", forgotten.copies());
      out.println(Json.line(result));
    } else {
      out.println(
          forgotten.held()
              ? "'" + key + "' is removed from " + replay
              : "'" + key + "' was evicted from " + replay + " earlier");
      out.println(
          dependent.numbers().isEmpty()
              ? "no version in " + repository.place() + " was trained on it"
              : "versions that may depend on it: " + list(dependent.numbers()));
      if (dependent.mayBeElsewhere()) {
        out.println(elsewhere(dependent, repository));
      }
      if (!forgotten.copies().isEmpty()) {
        out.println("equal images that are still there: " + list(forgotten.copies()));
      }
    }
    return ExitCode.DONE;
  }

  private DependentVersions versions(ForgottenImage forgotten, ModelRepository repository) {
    return forgotten.trainedAfter().isEmpty()
        ? DependentVersions.NONE
        : DependentVersions.of(
            repository, train.model().name(), forgotten.trainedAfter().getAsInt());
  }

  private String elsewhere(DependentVersions dependent, ModelRepository repository) {
    return "a round was trained on it after version "
        + dependent.after()
        + ", but "
        + repository.place()
        + (dependent.newest() == 0
            ? " has no version of " + train.model().name()
            : " has only versions up to " + dependent.newest())
        + "; if the trainer publishes to another repository, the versions after "
        + dependent.after()
        + " there may depend on it";
  }

  private static String list(List<?> items) {
    return items.stream().map(Object::toString).collect(Collectors.joining(", "));
  }
}
