package dev.millrace.service.command.reference;

import dev.millrace.service.command.help.Examples;
import dev.millrace.service.command.lifecycle.ExitCode;
import dev.millrace.service.command.options.LabelConverter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code millrace completion}. */
@Command(
    name = "completion",
    description = {
      "Print a shell script that completes commands and options.",
      "Append the script to your shell's start-up file, or put it into the shell's folder for"
          + " completion scripts."
    },
    footerHeading = Examples.HEADING,
    footer = {"  millrace completion bash >> ~/.bashrc", "  millrace completion zsh >> ~/.zshrc"})
public final class CompletionCommand implements Callable<Integer> {

  /** The supported shells. */
  enum Shell {
    BASH,
    ZSH;

    /** {@return the value as the user writes it on the command line} */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Converts the value of the argument {@code SHELL}. */
    static final class Converter extends LabelConverter<Shell> {
      Converter() {
        super(Shell.class);
      }
    }
  }

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "SHELL",
      converter = Shell.Converter.class,
      description = "The shell: ${COMPLETION-CANDIDATES}.")
  private Shell shell;

  /**
   * Prints picocli's script, which works in bash and in zsh. In zsh, the script itself loads
   * bashcompinit.
   */
  @Override
  public Integer call() {
    String name = spec.root().name();
    String script = AutoComplete.bash(name, spec.root().commandLine());
    if (shell == Shell.ZSH) {
      script = "#compdef " + name + "\n" + script;
    }
    spec.commandLine().getOut().print(script);
    return ExitCode.DONE;
  }
}
