"""The public contract: the typed structs of every answer and export. Within v1 keys are only added.

Every key is always present: null or an empty list means that the record says nothing. ``feed_no`` at
the top of an answer is the edition it was made from; inside a record it is that record's publication.

Names and docstrings of the structs are published too: they are the titles and descriptions of the JSON
Schemas and of the OpenAPI document, from which clients are generated.
"""

from legalmap.services.contract.answers import Details as Details
from legalmap.services.contract.answers import JurisdictionAnswer as JurisdictionAnswer
from legalmap.services.contract.answers import JurisdictionsAnswer as JurisdictionsAnswer
from legalmap.services.contract.answers import RecordAnswer as RecordAnswer
from legalmap.services.contract.answers import RecordsAnswer as RecordsAnswer
from legalmap.services.contract.answers import Revision as Revision
from legalmap.services.contract.answers import RevisionAnswer as RevisionAnswer
from legalmap.services.contract.answers import RevisionsAnswer as RevisionsAnswer
from legalmap.services.contract.answers import SparseAnswer as SparseAnswer
from legalmap.services.contract.answers import TopicAnswer as TopicAnswer
from legalmap.services.contract.answers import TopicEntry as TopicEntry
from legalmap.services.contract.answers import TopicsAnswer as TopicsAnswer
from legalmap.services.contract.changes import Change as Change
from legalmap.services.contract.changes import ChangesAnswer as ChangesAnswer
from legalmap.services.contract.changes import DiffAnswer as DiffAnswer
from legalmap.services.contract.changes import FieldChange as FieldChange
from legalmap.services.contract.changes import HeartbeatAnswer as HeartbeatAnswer
from legalmap.services.contract.changes import RecordChange as RecordChange
from legalmap.services.contract.changes import WebhookMessage as WebhookMessage
from legalmap.services.contract.convert import codebook as codebook
from legalmap.services.contract.convert import decode as decode
from legalmap.services.contract.convert import encode as encode
from legalmap.services.contract.convert import instant as instant
from legalmap.services.contract.convert import jurisdiction as jurisdiction
from legalmap.services.contract.convert import period as period
from legalmap.services.contract.convert import plain as plain
from legalmap.services.contract.convert import same as same
from legalmap.services.contract.convert import stored as stored
from legalmap.services.contract.plain_answer import Act as Act
from legalmap.services.contract.plain_answer import DecidingEvidence as DecidingEvidence
from legalmap.services.contract.plain_answer import EnactedChange as EnactedChange
from legalmap.services.contract.plain_answer import OpenBill as OpenBill
from legalmap.services.contract.plain_answer import PlainAnswer as PlainAnswer
from legalmap.services.contract.plain_answer import StatedLimit as StatedLimit
from legalmap.services.contract.plain_answer import StricterInside as StricterInside
from legalmap.services.contract.plain_answer import Unknown as Unknown
from legalmap.services.contract.records import DISCLAIMER as DISCLAIMER
from legalmap.services.contract.records import LICENCE as LICENCE
from legalmap.services.contract.records import LICENCE_URL as LICENCE_URL
from legalmap.services.contract.records import Answer as Answer
from legalmap.services.contract.records import Counts as Counts
from legalmap.services.contract.records import Export as Export
from legalmap.services.contract.records import Jurisdiction as Jurisdiction
from legalmap.services.contract.records import Period as Period
from legalmap.services.contract.records import Record as Record
from legalmap.services.contract.records import RecordLine as RecordLine
from legalmap.services.contract.records import Resolved as Resolved
from legalmap.services.contract.resolve import Asked as Asked
from legalmap.services.contract.resolve import BatchAnswer as BatchAnswer
from legalmap.services.contract.resolve import BatchItem as BatchItem
from legalmap.services.contract.resolve import BatchLevel as BatchLevel
from legalmap.services.contract.resolve import BatchRefusal as BatchRefusal
from legalmap.services.contract.resolve import BatchResult as BatchResult
from legalmap.services.contract.resolve import Below as Below
from legalmap.services.contract.resolve import Check as Check
from legalmap.services.contract.resolve import CheckAnswer as CheckAnswer
from legalmap.services.contract.resolve import CheckRule as CheckRule
from legalmap.services.contract.resolve import CompareAnswer as CompareAnswer
from legalmap.services.contract.resolve import Level as Level
from legalmap.services.contract.resolve import Resolution as Resolution
from legalmap.services.contract.resolve import ResolveAnswer as ResolveAnswer
from legalmap.services.contract.resolve import ResolvedVariable as ResolvedVariable
