"""The public contract: the typed structs of every answer and export. Within v1 keys are only added.

Every key is always there: null or an empty list says that the record says nothing. A ``feed_no`` at
the top of an answer is the edition it was made from, in a record that of its own publication.
"""

from legalmap.services.wire.answers import Details as Details
from legalmap.services.wire.answers import JurisdictionAnswer as JurisdictionAnswer
from legalmap.services.wire.answers import JurisdictionsAnswer as JurisdictionsAnswer
from legalmap.services.wire.answers import RecordAnswer as RecordAnswer
from legalmap.services.wire.answers import RecordsAnswer as RecordsAnswer
from legalmap.services.wire.answers import Revision as Revision
from legalmap.services.wire.answers import RevisionAnswer as RevisionAnswer
from legalmap.services.wire.answers import RevisionsAnswer as RevisionsAnswer
from legalmap.services.wire.answers import SparseAnswer as SparseAnswer
from legalmap.services.wire.answers import TopicAnswer as TopicAnswer
from legalmap.services.wire.answers import TopicEntry as TopicEntry
from legalmap.services.wire.answers import TopicsAnswer as TopicsAnswer
from legalmap.services.wire.changes import Change as Change
from legalmap.services.wire.changes import ChangesAnswer as ChangesAnswer
from legalmap.services.wire.changes import DiffAnswer as DiffAnswer
from legalmap.services.wire.changes import FieldChange as FieldChange
from legalmap.services.wire.changes import HeartbeatAnswer as HeartbeatAnswer
from legalmap.services.wire.changes import RecordChange as RecordChange
from legalmap.services.wire.changes import WebhookMessage as WebhookMessage
from legalmap.services.wire.records import DISCLAIMER as DISCLAIMER
from legalmap.services.wire.records import LICENCE as LICENCE
from legalmap.services.wire.records import LICENCE_URL as LICENCE_URL
from legalmap.services.wire.records import Answer as Answer
from legalmap.services.wire.records import Codebook as Codebook
from legalmap.services.wire.records import Counts as Counts
from legalmap.services.wire.records import Export as Export
from legalmap.services.wire.records import Jurisdiction as Jurisdiction
from legalmap.services.wire.records import Period as Period
from legalmap.services.wire.records import Record as Record
from legalmap.services.wire.records import RecordLine as RecordLine
from legalmap.services.wire.records import Resolved as Resolved
from legalmap.services.wire.resolving import Asked as Asked
from legalmap.services.wire.resolving import BatchAnswer as BatchAnswer
from legalmap.services.wire.resolving import BatchItem as BatchItem
from legalmap.services.wire.resolving import BatchLevel as BatchLevel
from legalmap.services.wire.resolving import BatchRefusal as BatchRefusal
from legalmap.services.wire.resolving import BatchResult as BatchResult
from legalmap.services.wire.resolving import Below as Below
from legalmap.services.wire.resolving import Check as Check
from legalmap.services.wire.resolving import CheckAnswer as CheckAnswer
from legalmap.services.wire.resolving import CheckRule as CheckRule
from legalmap.services.wire.resolving import CompareAnswer as CompareAnswer
from legalmap.services.wire.resolving import Level as Level
from legalmap.services.wire.resolving import Resolution as Resolution
from legalmap.services.wire.resolving import ResolveAnswer as ResolveAnswer
from legalmap.services.wire.resolving import ResolvedVariable as ResolvedVariable
from legalmap.services.wire.writing import all_answers as all_answers
from legalmap.services.wire.writing import codebook as codebook
from legalmap.services.wire.writing import decode as decode
from legalmap.services.wire.writing import encode as encode
from legalmap.services.wire.writing import instant as instant
from legalmap.services.wire.writing import jurisdiction as jurisdiction
from legalmap.services.wire.writing import period as period
from legalmap.services.wire.writing import plain as plain
from legalmap.services.wire.writing import same as same
