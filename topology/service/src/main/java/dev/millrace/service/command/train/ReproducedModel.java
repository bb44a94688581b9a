package dev.millrace.service.command.train;

import java.util.Map;
import java.util.Stack;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Sets the option {@code --model} from the value of {@code --reproduce}, MODEL/VERSION. */
final class ReproducedModel implements IParameterPreprocessor {

  @Override
  public boolean preprocess(
      Stack<String> args, CommandSpec command, ArgSpec argument, Map<String, Object> info) {
    if (args.isEmpty()) {
      return false; // picocli says that the value is missing
    }
    String value = args.pop();
    if (!value.matches("[^/]+/[1-9]\\d{0,8}")) {
      throw new ParameterException(
          command.commandLine(),
          "--reproduce: '" + value + "' is not MODEL/VERSION, such as fashion/3");
    }
    args.push("--model=" + name(value));
    args.push(value);
    return false;
  }

  /** {@return the name of the model} */
  static String name(String value) {
    return value.substring(0, value.indexOf('/'));
  }

  /** {@return the number of the version} */
  static int version(String value) {
    return Integer.parseInt(value.substring(value.indexOf('/') + 1));
  }
}
