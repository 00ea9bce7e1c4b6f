"""The way to what is wanted: planned anew after each stage, so that a run which broke off is continued by the next."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from spcsmetrics.core.errors import UserError
from spcsmetrics.core.steps import Step, carry_out, console
from spcsmetrics.core.text import visible
from spcsmetrics.deploy import arrival, certificates, departure, readiness, repository, stages, tags, wishes
from spcsmetrics.deploy.certificates import HIDDEN, Generation
from spcsmetrics.deploy.change import Change
from spcsmetrics.deploy.estimate import Estimate
from spcsmetrics.deploy.names import literal
from spcsmetrics.deploy.options import Options
from spcsmetrics.deploy.session import Account
from spcsmetrics.deploy.settings import Settings
from spcsmetrics.deploy.stages import Stage, Wish
from spcsmetrics.deploy.state import State, find_repository_url, read_state
from spcsmetrics.images.definition import SHIPPED


@dataclass(kw_only=True)
class Course:
    """What a run wants: settings, options, the figures at its beginning, and whether images that a person chose stay.

    renew asks for new certificates. The generation is chosen once a run.
    """

    settings: Settings
    options: Options
    figures: Estimate
    keep: bool
    renew: bool = False
    _generation: Generation | None = None
    _pems: Mapping[str, str] = field(default_factory=dict, repr=False)

    def show(self, state: State) -> None:
        """Print the plan, and change nothing."""
        planned = self._plan(state, dry=True)
        for line in self.figures.lines(self.settings):
            console.print(line)
        for line in departure.announce(self.settings, state):
            console.print(line)
        if not planned:
            console.print("Everything is as wanted: nothing would be sent.")
        for change in _changes(planned):
            print(visible(f"-- {change.title}"))  # noqa: T201 - the plan is the output
            for one in change.fields:
                print(visible(f"--   {one}"))  # noqa: T201
            if change.sql:
                print(visible(f"{change.sql};"))  # noqa: T201 - the plan is the output

    def follow(self, account: Account, state: State) -> None:
        """Carry the plan out, stage by stage, wait until all services run, and print the URL. Raises UserError."""
        planned = self._plan(state, dry=False)
        created = any("CREATE SERVICE" in change.sql for change in _changes(planned))
        for line in self.figures.lines(self.settings) if created else self.figures.warnings():
            console.print(f"- {line}")
        for line in departure.announce(self.settings, state):
            console.print(f"- {line}")
        if not planned:
            console.print("- Everything is as wanted: nothing was sent")
        door = repository.Door(settings=self.settings, account=account)
        if state.repository_url and any(change.image for change in _changes(planned)):
            door.open(state.repository_url)
        while planned:
            self._await(account, planned[0])
            if not planned[0].promised:
                self._send(account, door, planned[0])
            planned = self._plan_on(account, planned)
        arrival.finish(account.execute, self.settings, self.options.timeout)

    def _plan(self, state: State, *, dry: bool) -> list[Stage]:
        settings, options = self.settings, self.options
        choice = tags.choose(settings, state, pushed=options.pushed, dry=dry, keep=self.keep)
        if choice.note:
            console.print(f"- {choice.note}")
        if options.images:
            console.print(f"- Images that are not in the repository are pulled from {options.images} for linux/amd64.")
        self._generation = self._choose_generation(state)
        wish = self._wish(state, choice.tags, pushed=(options.pushed or choice.there) and not options.offline)
        return stages.plan_stages(settings, state, wish)

    def _wish(self, state: State, wanted: Mapping[str, str], *, pushed: bool, later: bool = False) -> Wish:
        options = self.options
        return Wish(
            tags=wanted,
            specifications=wishes.specify(self.settings, state, wanted, self.figures, self._generation),
            generation=self._generation,
            create_pool=not later and (options.create_pool or options.offline),
            pushed=pushed,
            adopt=later or options.adopt,
        )

    def _choose_generation(self, state: State) -> Generation | None:
        if not self.settings.scaled:
            return None
        newest = certificates.find_newest(state.generations)
        # Where a service does not use the newest yet, or older ones are left, a run broke off that had made it.
        finished = newest is not None and all(
            certificates.is_used(newest, found.specification) for found in state.found if found.specification
        )
        alone = newest is not None and all(one.number >= newest.number for one in state.generations)
        return certificates.choose(state.generations, datetime.now(UTC), renew=self.renew and finished and alone)

    def _plan_on(self, account: Account, before: list[Stage]) -> list[Stage]:
        """Return the stages that are left. Raises UserError where somebody else changed the account meanwhile."""
        state = read_state(account.execute, self.settings)
        choice = tags.choose(self.settings, state, pushed=self.options.pushed, dry=False, keep=self.keep)
        # The figures of before: a pool that was created meanwhile has a node of its own.
        left = stages.plan_stages(self.settings, state, self._wish(state, choice.tags, pushed=True, later=True))
        again = len(left) >= len(before) and not before[0].promised
        if again or not stages.is_promised(before, left):
            first = left[0].changes[0]
            raise UserError(
                f"the account is not as wanted after all ({'; '.join([first.title, *first.fields])}): somebody else"
                " changed it meanwhile, or the account shows it otherwise than it was sent: look at ./inv deploy --dry,"
                " and run it again"
            )
        return left

    def _await(self, account: Account, stage: Stage) -> None:
        for member in stage.after:
            arrival.wait(account.execute, self.settings, member, self.options.timeout)
        if stage.snapshots:
            readiness.wait_until_kept(account.execute, self.settings, stage.snapshots, self.options.timeout)

    def _send(self, account: Account, door: repository.Door, stage: Stage) -> None:
        for change in stage.changes:
            for one in change.fields:
                console.print(f"- {one}")
        carry_out(self._step(account, door, change) for change in stage.changes)

    def _step(self, account: Account, door: repository.Door, change: Change) -> Step:
        if change.sql:
            return Step(title=change.title, detail=change.sql, action=lambda: account.execute(self._reveal(change)))

        def push() -> None:
            # Asked now: the repository may be a minute old.
            url = find_repository_url(account.execute, self.settings) or ""
            repository.push(door, url, SHIPPED[change.image], change.tag, source)

        source = self.options.find_source(SHIPPED[change.image], change.tag)
        return Step(
            title=change.title,
            detail=f"docker pull {source} and push" if source else "docker push",
            action=push,
            stream=True,
        )

    def _reveal(self, change: Change) -> str:
        """Return the statement of a change with what it puts into a secret, which is nowhere but in what is sent."""
        if not (change.certificate and self._generation):
            return change.sql
        if not self._pems:
            from spcsmetrics.deploy.authority import make_certificates  # noqa: PLC0415 - of the group deploy

            self._pems = make_certificates(self._generation, datetime.now(UTC))
        return change.sql.replace(HIDDEN, literal(self._pems[change.certificate]))


def _changes(planned: Iterable[Stage]) -> list[Change]:
    return [change for stage in planned for change in stage.changes]
